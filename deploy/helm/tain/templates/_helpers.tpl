{{- define "tain.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "tain.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tain.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "tain.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "tain.secret" -}}
{{ .Values.existingSecret.name | default (printf "%s-links" (include "tain.fullname" .)) }}
{{- end }}

{{- define "tain.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (ternary (include "tain.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* The names of the service and, below them, of each of its pods. */}}
{{- define "tain.hosts" -}}
{{- $name := include "tain.fullname" . }}
{{- $names := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) }}
{{- $all := list }}
{{- range $names }}{{ $all = append (append $all .) (printf "${env:POD_NAME}.%s" .) }}{{ end }}
{{- join "," $all }}
{{- end }}
