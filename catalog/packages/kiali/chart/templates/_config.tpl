{{- define "kiali.config" -}}
auth:
  strategy: {{ .Values.auth.strategy }}
  {{- with .Values.auth.openid }}
  openid: {{- toYaml . | nindent 4 }}
  {{- end }}
deployment:
  cluster_wide_access: true
  instance_name: kiali
  namespace: {{ .Release.Namespace }}
  view_only_mode: {{ .Values.viewOnly }}
external_services:
  istio:
    root_namespace: {{ .Values.istioNamespace }}
  prometheus:
    url: {{ .Values.prometheus.url | quote }}
  grafana:
    enabled: {{ .Values.grafana.enabled }}
    {{- if .Values.grafana.enabled }}
    internal_url: {{ required "grafana.url is needed where grafana.enabled" .Values.grafana.url | quote }}
    {{- end }}
  tracing:
    enabled: {{ .Values.tracing.enabled }}
    {{- if .Values.tracing.enabled }}
    internal_url: {{ required "tracing.internalUrl is needed where tracing.enabled" .Values.tracing.internalUrl | quote }}
    external_url: {{ .Values.tracing.externalUrl | quote }}
    {{- end }}
server:
  port: 20001
  web_root: /
  observability:
    metrics:
      enabled: true
      port: 9090
{{- end -}}
