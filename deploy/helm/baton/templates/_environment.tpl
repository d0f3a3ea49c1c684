{{/* A service's settings as environment variables, by what it needs. `store` alone is what `migrate` needs. */}}

{{- define "baton.env.store" -}}
{{- $values := .root.Values -}}
- name: BATON_{{ upper .component }}_MONGODB_URI
  valueFrom: { secretKeyRef: { name: {{ required "mongodb.existingSecret must name the Secret with MongoDB's connection string" $values.mongodb.existingSecret }}, key: {{ $values.mongodb.uriKey }} } }
- name: BATON_{{ upper .component }}_MONGODB_DATABASE
  value: {{ $values.mongodb.databasePrefix }}{{ .component }}
{{- if $values.mongodb.tls.caExistingSecret }}
- name: BATON_{{ upper .component }}_MONGODB_TLS_CA_FILE
  value: /etc/baton/mongodb/{{ $values.mongodb.tls.caKey }}
{{- end }}
{{- end }}

{{- define "baton.env.kafka" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $prefix := printf "BATON_%s_KAFKA" (upper .component) -}}
- name: {{ $prefix }}_BOOTSTRAP_SERVERS
  value: {{ required "kafka.bootstrapServers must say where Kafka is" $kafka.bootstrapServers | quote }}
- name: {{ $prefix }}_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
{{- $secret := required "kafka.sasl.existingSecret must name the Secret with Kafka's user and password" $kafka.sasl.existingSecret }}
- name: {{ $prefix }}_SASL_MECHANISM
  value: {{ $kafka.sasl.mechanism }}
- name: {{ $prefix }}_SASL_USERNAME
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $kafka.sasl.usernameKey }} } }
- name: {{ $prefix }}_SASL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $kafka.sasl.passwordKey }} } }
{{- end }}
{{- if $kafka.tls.caExistingSecret }}
- name: {{ $prefix }}_TLS_CA_FILE
  value: /etc/baton/kafka/{{ $kafka.tls.caKey }}
{{- end }}
{{- end }}

{{- define "baton.env.identity" -}}
{{- $secret := include "baton.identitySecret" .root -}}
{{- if ne .component "auth" }}
- name: BATON_{{ upper .component }}_SERVICE_PRIVATE_KEY
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ .component }}.pem } }
{{- else }}
- name: BATON_AUTH_SIGNING_KEYS
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: signing.json } }
{{- end }}
- name: BATON_{{ upper .component }}_SERVICE_TRUSTED_KEYS
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: trusted.json } }
{{- end }}

{{- define "baton.env.targets" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- range $peer := get (dict "auth" (list) "conversation" (list "auth") "analytics" (list "auth" "conversation") "realtime" (list "auth" "conversation" "analytics")) .component }}
- name: BATON_{{ upper $component }}_{{ upper $peer }}_TARGET
  value: {{ include "baton.target" (dict "root" $root "component" $peer) }}
{{- end }}
{{- end }}

{{- define "baton.env.listeners" -}}
{{- $values := .root.Values -}}
{{- $prefix := printf "BATON_%s" (upper .component) -}}
- name: {{ $prefix }}_HOST
  value: "0.0.0.0"
- name: {{ $prefix }}_OPS_PORT
  value: "9090"
- name: {{ $prefix }}_GRACE_SECONDS
  value: {{ $values.shutdown.graceSeconds | quote }}
{{- if $values.tracing.otlpEndpoint }}
- name: {{ $prefix }}_OTLP_ENDPOINT
  value: {{ $values.tracing.otlpEndpoint | quote }}
{{- end }}
{{- if eq .component "realtime" }}
- name: BATON_REALTIME_HTTP_PORT
  value: "8080"
- name: BATON_REALTIME_DASHBOARD_DIR
  value: /app/dashboard
{{- else }}
- name: {{ $prefix }}_GRPC_PORT
  value: "9100"
{{- end }}
{{- if eq .component "conversation" }}
- name: BATON_CONVERSATION_PUBLIC_GRPC_PORT
  value: "9200"
{{- if $values.platform.tls.existingSecret }}
- name: BATON_CONVERSATION_PUBLIC_TLS_CERT_FILE
  value: /etc/baton/public-tls/tls.crt
- name: BATON_CONVERSATION_PUBLIC_TLS_KEY_FILE
  value: /etc/baton/public-tls/tls.key
{{- end }}
{{- end }}
{{- if has .component (list "auth" "realtime") }}
- name: {{ $prefix }}_PUBLIC_URL
  value: {{ required "publicUrl must say where browsers reach Baton, for instance https://support.example.com" $values.publicUrl | quote }}
{{- end }}
{{- if $values.tls.enabled }}
- name: {{ $prefix }}_TLS_CA_FILE
  value: /etc/baton/tls/ca.crt
{{- if ne .component "realtime" }}
- name: {{ $prefix }}_TLS_CERT_FILE
  value: /etc/baton/tls/tls.crt
- name: {{ $prefix }}_TLS_KEY_FILE
  value: /etc/baton/tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{/* All of a service's settings; those of `settings` come last and win. */}}
{{- define "baton.env" -}}
{{ include "baton.env.listeners" . }}
{{ include "baton.env.identity" . | trim }}
{{- if ne .component "realtime" }}
{{ include "baton.env.store" . }}
{{- end }}
{{- if ne .component "auth" }}
{{ include "baton.env.kafka" . }}
{{ include "baton.env.targets" . | trim }}
{{- end }}
{{- $component := .component }}
{{- range $name, $value := (get .root.Values .component).settings }}
- name: BATON_{{ upper $component }}_{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Volumes and mounts of the files that settings name. `store` leaves out what only the service needs. */}}
{{- define "baton.volumes" -}}
{{- $values := .root.Values -}}
{{- if and $values.mongodb.tls.caExistingSecret (ne .component "realtime") }}
- { name: mongodb-ca, secret: { secretName: {{ $values.mongodb.tls.caExistingSecret }}, items: [{ key: {{ $values.mongodb.tls.caKey }}, path: {{ $values.mongodb.tls.caKey }} }] } }
{{- end }}
{{- if and $values.kafka.tls.caExistingSecret (ne .component "auth") }}
- { name: kafka-ca, secret: { secretName: {{ $values.kafka.tls.caExistingSecret }}, items: [{ key: {{ $values.kafka.tls.caKey }}, path: {{ $values.kafka.tls.caKey }} }] } }
{{- end }}
{{- if not .store }}
{{- if $values.tls.enabled }}
- { name: tls, secret: { secretName: {{ include "baton.certificateSecret" . }}, defaultMode: 0440 } }
{{- end }}
{{- if and $values.platform.tls.existingSecret (eq .component "conversation") }}
- { name: public-tls, secret: { secretName: {{ $values.platform.tls.existingSecret }}, defaultMode: 0440 } }
{{- end }}
{{- end }}
{{- end }}

{{- define "baton.mounts" -}}
{{- $values := .root.Values -}}
{{- if and $values.mongodb.tls.caExistingSecret (ne .component "realtime") }}
- { name: mongodb-ca, mountPath: /etc/baton/mongodb, readOnly: true }
{{- end }}
{{- if and $values.kafka.tls.caExistingSecret (ne .component "auth") }}
- { name: kafka-ca, mountPath: /etc/baton/kafka, readOnly: true }
{{- end }}
{{- if not .store }}
{{- if $values.tls.enabled }}
- { name: tls, mountPath: /etc/baton/tls, readOnly: true }
{{- end }}
{{- if and $values.platform.tls.existingSecret (eq .component "conversation") }}
- { name: public-tls, mountPath: /etc/baton/public-tls, readOnly: true }
{{- end }}
{{- end }}
{{- end }}
