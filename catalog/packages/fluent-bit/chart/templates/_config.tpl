{{- define "fluent-bit.output" -}}
{{- $out := .Values.output -}}
name: {{ if eq $out.kind "elasticsearch" }}es{{ else }}{{ $out.kind }}{{ end }}
match: kube.*
host: {{ $out.host }}
port: {{ $out.port }}
retry_limit: no_limits
storage.total_limit_size: {{ .Values.buffer.limit }}
{{- if $out.tls }}
tls: on
tls.verify: on
{{- end }}
{{- if eq $out.kind "loki" }}
labels: job=fluent-bit, namespace=$kubernetes['namespace_name'], pod=$kubernetes['pod_name'], container=$kubernetes['container_name']
line_format: json
{{- else if eq $out.kind "elasticsearch" }}
logstash_format: on
logstash_prefix: logs
suppress_type_name: on
replace_dots: on
{{- end }}
{{- if and $out.credentialsSecret (ne $out.kind "forward") }}
http_user: ${OUTPUT_USER}
http_passwd: ${OUTPUT_PASSWORD}
{{- end }}
{{- end -}}

{{- define "fluent-bit.config" -}}
service:
  flush: 1
  log_level: {{ .Values.logLevel }}
  http_server: on
  http_listen: 0.0.0.0
  http_port: 2020
  health_check: on
  storage.path: {{ .Values.buffer.path }}/chunks
  storage.metrics: on
pipeline:
  inputs:
    - name: tail
      tag: kube.*
      path: {{ .Values.paths | quote }}
      exclude_path: {{ .Values.excludePaths | quote }}
      multiline.parser: docker, cri
      db: {{ .Values.buffer.path }}/positions.db
      mem_buf_limit: 16M
      skip_long_lines: on
      storage.type: filesystem
  filters:
    - name: kubernetes
      match: kube.*
      merge_log: on
      keep_log: off
      annotations: off
      buffer_size: 256k
  outputs:
    - {{ include "fluent-bit.output" . | nindent 6 | trim }}
{{- end -}}
