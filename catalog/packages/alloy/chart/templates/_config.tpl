{{- define "alloy.config" -}}
logging {
  level  = "{{ .Values.logLevel }}"
  format = "json"
}

// Each agent reads the pods of its own machine.
discovery.kubernetes "pods" {
  role = "pod"
  selectors {
    role  = "pod"
    field = "spec.nodeName=" + sys.env("NODE_NAME")
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    regex         = "{{ .Values.excludeNamespaces }}"
    action        = "drop"
  }
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_container_name"]
    target_label  = "container"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_node_name"]
    target_label  = "node"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_name"]
    target_label  = "app"
  }
}

// Through the API, not from the machine's files: it needs no folder of the machine and no root.
loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.write.store.receiver]
}

loki.write "store" {
  endpoint {
    url = "{{ .Values.loki.url }}"
  }
  external_labels = { cluster = "{{ .Values.cluster }}" }
}
{{- if .Values.traces.enabled }}

otelcol.receiver.otlp "applications" {
  grpc {
    endpoint = "0.0.0.0:4317"
  }
  http {
    endpoint = "0.0.0.0:4318"
  }
  output {
    traces = [otelcol.processor.memory_limiter.applications.input]
  }
}

otelcol.processor.memory_limiter "applications" {
  check_interval         = "1s"
  limit_percentage       = 75
  spike_limit_percentage = 15
  output {
    traces = [otelcol.processor.batch.applications.input]
  }
}

otelcol.processor.batch "applications" {
  output {
    traces = [otelcol.exporter.otlp.store.input]
  }
}

otelcol.exporter.otlp "store" {
  client {
    endpoint = "{{ .Values.traces.endpoint }}"
    tls {
      insecure = true
    }
  }
}
{{- end }}
{{- end -}}
