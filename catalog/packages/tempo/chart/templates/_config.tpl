{{- define "tempo.config" -}}
usage_report:
  reporting_enabled: false
server:
  http_listen_port: 3200
  grpc_listen_port: 9095
  log_level: warn
distributor:
  receivers:
    otlp:
      protocols:
        grpc: { endpoint: 0.0.0.0:4317 }
        http: { endpoint: 0.0.0.0:4318 }
ingester:
  max_block_duration: 15m
compactor:
  compaction:
    block_retention: {{ .Values.retention }}
storage:
  trace:
    wal: { path: /var/tempo/wal }
    {{- with .Values.storage.s3 }}
    {{- if .enabled }}
    backend: s3
    s3:
      endpoint: {{ required "storage.s3.endpoint names the host of the store" .endpoint }}
      bucket: {{ .bucket }}
      insecure: {{ .insecure }}
      forcepathstyle: true
    {{- else }}
    backend: local
    local: { path: /var/tempo/blocks }
    {{- end }}
    {{- end }}
{{- end -}}
