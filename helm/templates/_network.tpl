{{/* All pods of this release. */}}
{{- define "hero.instance" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* MongoDB, Redis and the collector, wherever they are. */}}
{{- define "hero.serversEgress" -}}
{{- if .Values.networkPolicy.serversTo }}
- to:
    {{- toYaml .Values.networkPolicy.serversTo | nindent 4 }}
{{- else }}
- {}
{{- end }}
{{- end -}}
