{{/* The name of what belongs to a service: hero.name (dict "root" $ "service" "registry"). */}}
{{- define "hero.name" -}}
{{- $base := .root.Release.Name -}}
{{- if not (contains .root.Chart.Name $base) -}}{{- $base = printf "%s-%s" $base .root.Chart.Name -}}{{- end -}}
{{- printf "%s-%s" (trunc 50 $base | trimSuffix "-") .service -}}
{{- end -}}

{{/* By which pods are found; never changes over upgrades. */}}
{{- define "hero.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end -}}

{{- define "hero.labels" -}}
{{ include "hero.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "hero.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The port of /livez, /readyz and /metrics. */}}
{{- define "hero.opsPort" -}}
{{ add .port 20 }}
{{- end -}}

{{/* What the restricted Pod Security Standard asks of a pod. */}}
{{- define "hero.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "hero.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where each pod may run. */}}
{{- define "hero.placement" -}}
{{- with .Values.pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What a service gets of the Secret, by reference: no more than it needs, for executors run other people's code. */}}
{{- define "hero.secretEnv" -}}
{{- $keys := list "HERO_LOGIC_SERVICE_TOKEN" -}}
{{- if eq .service "bridge" -}}
{{- $keys = append $keys "HERO_LOGIC_ADMIN_KEY" -}}
{{- else -}}
{{- if not .root.Values.mongodb.bundled -}}{{- $keys = append $keys "MONGODB_URL" -}}{{- end -}}
{{- if not .root.Values.redis.bundled -}}{{- $keys = append $keys "REDIS_URL" -}}{{- end -}}
{{- end -}}
{{- range $key := $keys }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef: { name: {{ $.root.Values.secret.name }}, key: {{ $key }} }
{{- end }}
{{- if has .service (list "registry" "scheduler") }}
- name: HERO_LOGIC_SECRETS_KEY
  valueFrom:
    secretKeyRef: { name: {{ .root.Values.secret.name }}, key: HERO_LOGIC_SECRETS_KEY, optional: true }
{{- end }}
{{- end -}}

{{/* Where each secret of flows lies, and who may ask for it: HERO_LOGIC_SECRETS. */}}
{{- define "hero.flowSecrets" -}}
{{- $secrets := dict -}}
{{- range $name, $workflows := .Values.executor.flowSecrets.allow -}}
{{- $_ := set $secrets $name (dict "file" (printf "/run/flow-secrets/%s" $name) "workflows" $workflows) -}}
{{- end -}}
{{- toJson $secrets -}}
{{- end -}}
