{{- define "fluentd.config" -}}
<system>
  log_level {{ .Values.logLevel }}
</system>
<source>
  @type forward
  bind 0.0.0.0
  port 24224
</source>
<source>
  @type prometheus
  bind 0.0.0.0
  port 24231
</source>
<source>
  @type prometheus_output_monitor
</source>
# Its own words go to standard output, where the machine's agent reads them.
<label @FLUENT_LOG>
  <match fluent.**>
    @type stdout
  </match>
</label>
<match **>
  @type elasticsearch
  host {{ .Values.elasticsearch.host }}
  port {{ .Values.elasticsearch.port }}
  scheme https
  ssl_verify true
  ca_file /etc/elasticsearch/ca.crt
  user {{ .Values.elasticsearch.user }}
  password "#{ENV['ELASTICSEARCH_PASSWORD']}"
  logstash_format true
  logstash_prefix {{ .Values.elasticsearch.prefix }}
  include_timestamp true
  suppress_type_name true
  reconnect_on_error true
  reload_on_failure true
  reload_connections false
  request_timeout 30s
  <buffer>
    @type file
    path /buffer/elasticsearch
    total_limit_size {{ .Values.buffer.limit }}
    flush_interval {{ .Values.buffer.flushSeconds }}s
    flush_at_shutdown true
    retry_forever true
    retry_max_interval 60s
    overflow_action block
  </buffer>
</match>
{{- end -}}
