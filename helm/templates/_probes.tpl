{{/* gRPC health where a service speaks gRPC: "" is readiness, "livez" only that the process answers. The bridge speaks HTTP. */}}
{{- define "hero.probes" -}}
{{- $probe := dict
  "ready" (eq .name "bridge" | ternary (dict "httpGet" (dict "path" "/readyz" "port" "ops")) (dict "grpc" (dict "port" .port "service" "")))
  "live" (eq .name "bridge" | ternary (dict "httpGet" (dict "path" "/livez" "port" "ops")) (dict "grpc" (dict "port" .port "service" "livez"))) -}}
startupProbe:
  {{- toYaml $probe.live | nindent 2 }}
  periodSeconds: 2
  failureThreshold: 60
readinessProbe:
  {{- toYaml $probe.ready | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 4
  failureThreshold: 2
livenessProbe:
  {{- toYaml $probe.live | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}
