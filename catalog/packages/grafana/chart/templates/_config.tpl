{{- define "grafana.datasources" -}}
{{- $sources := .Values.datasources -}}
apiVersion: 1
# What is no longer listed disappears.
prune: true
datasources:
  {{- if $sources.prometheus.enabled }}
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    url: {{ $sources.prometheus.url }}
    isDefault: true
    editable: false
    jsonData: { httpMethod: POST }
  {{- end }}
  {{- if $sources.loki.enabled }}
  - name: Loki
    uid: loki
    type: loki
    access: proxy
    url: {{ $sources.loki.url }}
    editable: false
    {{- if $sources.tempo.enabled }}
    jsonData:
      derivedFields:
        - { name: trace, matcherRegex: '"trace_?id":"(\w+)"', url: '$${__value.raw}', datasourceUid: tempo }
    {{- end }}
  {{- end }}
  {{- if $sources.tempo.enabled }}
  - name: Tempo
    uid: tempo
    type: tempo
    access: proxy
    url: {{ $sources.tempo.url }}
    editable: false
    {{- if $sources.loki.enabled }}
    jsonData:
      tracesToLogsV2: { datasourceUid: loki, filterByTraceID: true }
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "grafana.folders" -}}
apiVersion: 1
providers:
  - name: platform
    folder: Platform
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options: { path: /etc/grafana/dashboards }
{{- end -}}

{{- define "grafana.environment" -}}
GF_SERVER_ROOT_URL: {{ .Values.url | quote }}
GF_LOG_MODE: console
GF_USERS_ALLOW_SIGN_UP: "false"
GF_SECURITY_DISABLE_GRAVATAR: "true"
# Nothing of it calls its makers, and no plugin is fetched at the start.
GF_ANALYTICS_REPORTING_ENABLED: "false"
GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false"
GF_NEWS_NEWS_FEED_ENABLED: "false"
GF_PLUGINS_PREINSTALL_DISABLED: "true"
GF_PLUGINS_PLUGIN_ADMIN_ENABLED: "false"
GF_AUTH_ANONYMOUS_ENABLED: {{ ne .Values.anonymousRole "" | quote }}
{{- with .Values.anonymousRole }}
GF_AUTH_ANONYMOUS_ORG_ROLE: {{ . }}
{{- end }}
{{- if not .Values.adminSecret }}
GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true"
GF_AUTH_BASIC_ENABLED: "false"
GF_AUTH_DISABLE_LOGIN_FORM: "true"
{{- end }}
{{- with .Values.oidc }}
{{- if .enabled }}
GF_AUTH_GENERIC_OAUTH_ENABLED: "true"
GF_AUTH_GENERIC_OAUTH_NAME: {{ .name | quote }}
GF_AUTH_GENERIC_OAUTH_CLIENT_ID: {{ .clientId | quote }}
GF_AUTH_GENERIC_OAUTH_SCOPES: openid profile email groups
GF_AUTH_GENERIC_OAUTH_AUTH_URL: {{ printf "%s/protocol/openid-connect/auth" .issuer | quote }}
GF_AUTH_GENERIC_OAUTH_TOKEN_URL: {{ printf "%s/protocol/openid-connect/token" .issuer | quote }}
GF_AUTH_GENERIC_OAUTH_API_URL: {{ printf "%s/protocol/openid-connect/userinfo" .issuer | quote }}
GF_AUTH_GENERIC_OAUTH_USE_PKCE: "true"
GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH: {{ .role | quote }}
{{- end }}
{{- end }}
{{- end -}}
