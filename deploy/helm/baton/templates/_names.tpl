{{/* Names and labels. Those that take a component are called with (dict "root" $ "component" "auth"). */}}

{{- define "baton.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "baton.component" -}}
{{ include "baton.fullname" .root }}-{{ .component }}
{{- end }}

{{- define "baton.selector" -}}
app.kubernetes.io/name: baton
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "baton.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: baton
{{ include "baton.selector" . }}
{{- end }}

{{- define "baton.image" -}}
{{- with .root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}baton-{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The service account of a service; hooks run before it exists and have their own. */}}
{{- define "baton.serviceAccount" -}}
{{- if .root.Values.serviceAccounts.create }}{{ include "baton.component" . }}{{ else }}default{{ end }}
{{- end }}

{{- define "baton.identitySecret" -}}
{{- .Values.identity.existingSecret | default (printf "%s-identity" (include "baton.fullname" .)) -}}
{{- end }}

{{/* The Secret with a service's certificate. */}}
{{- define "baton.certificateSecret" -}}
{{- if .root.Values.tls.existingSecretPrefix -}}
{{ .root.Values.tls.existingSecretPrefix }}{{ .component }}
{{- else -}}
{{ include "baton.component" . }}-tls
{{- end }}
{{- end }}

{{/* The name by which the other services know one; its certificate has it. */}}
{{- define "baton.internalName" -}}
{{ include "baton.component" . }}.{{ .root.Release.Namespace }}.svc
{{- end }}

{{/* What a gRPC client dials: every pod behind the headless Service, in turn. */}}
{{- define "baton.target" -}}
dns:///{{ include "baton.internalName" . }}:9100
{{- end }}

{{- define "baton.publicHost" -}}
{{- regexReplaceAll "^https?://([^/:]+)(:[0-9]+)?$" .Values.publicUrl "${1}" -}}
{{- end }}
