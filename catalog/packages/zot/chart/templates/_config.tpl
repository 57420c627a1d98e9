{{- define "zot.config" -}}
{{- $read := list "read" -}}
{{- $write := list "read" "create" "update" "delete" -}}
{{- $everything := dict "anonymousPolicy" (ternary $read list .Values.anonymousPull) -}}
{{- $http := dict "address" "0.0.0.0" "port" "5000" "compat" (list "docker2s2") -}}
{{- if .Values.users.secret -}}
{{- $_ := set $everything "defaultPolicy" $read -}}
{{- $_ := set $everything "policies" (list (dict "users" .Values.users.push "actions" $write)) -}}
{{- $_ := set $http "auth" (dict "htpasswd" (dict "path" "/etc/zot-users/htpasswd") "failDelay" 2) -}}
{{- end -}}
{{- $_ := set $http "accessControl" (dict "repositories" (dict "**" $everything)) -}}
{{- if .Values.tlsSecret -}}
{{- $_ := set $http "tls" (dict "cert" "/etc/zot-tls/tls.crt" "key" "/etc/zot-tls/tls.key") -}}
{{- end -}}
{{- $storage := dict "rootDirectory" "/var/lib/registry" "dedupe" true "gc" true "gcInterval" .Values.storage.cleanEvery -}}
{{- $extensions := dict "metrics" (dict "enable" true "prometheus" (dict "path" "/metrics")) "search" (dict "enable" true) -}}
{{- dict "distSpecVersion" "1.1.1" "storage" $storage "http" $http "log" (dict "level" "info") "extensions" $extensions | toPrettyJson -}}
{{- end -}}
