{{/* What every service is made of. Called with (dict "root" $ "component" "auth" "ports" (dict "grpc" 9100)). */}}

{{- define "baton.workload" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $own := get $values .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "baton.component" . }}
  labels: {{- include "baton.labels" . | nindent 4 }}
spec:
  {{- if not $own.autoscaling.enabled }}
  replicas: {{ $own.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  # A new pod serves before an old one goes.
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  minReadySeconds: 3
  selector:
    matchLabels: {{- include "baton.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "baton.labels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "baton.serviceAccount" . }}
      {{- include "baton.podSecurity" . | nindent 6 }}
      {{- with $values.scheduling.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.scheduling.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.scheduling.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.scheduling.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if $values.scheduling.topologySpread }}
      topologySpreadConstraints:
        {{- range $values.scheduling.topologySpread }}
        - {{- toYaml . | nindent 10 }}
          labelSelector:
            matchLabels: {{- include "baton.selector" $ | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      # The hook before it, the drain itself, and a little for what ends last.
      terminationGracePeriodSeconds: {{ add $values.shutdown.preStopSeconds $values.shutdown.graceSeconds 15 }}
      containers:
        - name: {{ .component }}
          image: {{ include "baton.image" . }}
          imagePullPolicy: {{ $values.image.pullPolicy }}
          {{- include "baton.containerSecurity" . | nindent 10 }}
          env: {{- include "baton.env" . | nindent 12 }}
          ports:
            {{- range $name, $port := .ports }}
            - { name: {{ $name }}, containerPort: {{ $port }} }
            {{- end }}
            - { name: ops, containerPort: 9090 }
          # Started and not draining; what it depends on is reported there and not probed.
          startupProbe: { httpGet: { path: /readyz, port: ops }, periodSeconds: 1, failureThreshold: 300, timeoutSeconds: 2 }
          readinessProbe: { httpGet: { path: /readyz, port: ops }, periodSeconds: 3, failureThreshold: 2, timeoutSeconds: 2 }
          livenessProbe: { httpGet: { path: /healthz, port: ops }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 }
          {{- if $values.shutdown.preStopSeconds }}
          lifecycle: { preStop: { sleep: { seconds: {{ $values.shutdown.preStopSeconds }} } } }
          {{- end }}
          resources: {{- toYaml $own.resources | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- include "baton.mounts" . | nindent 12 }}
      volumes:
        - { name: tmp, emptyDir: { sizeLimit: 64Mi } }
        {{- include "baton.volumes" . | nindent 8 }}
{{- if $values.serviceAccounts.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "baton.component" . }}
  labels: {{- include "baton.labels" . | nindent 4 }}
  {{- with $values.serviceAccounts.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- if $own.pdb.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "baton.component" . }}
  labels: {{- include "baton.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ $own.pdb.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "baton.selector" . | nindent 6 }}
{{- end }}
{{- with $own.autoscaling }}
{{- if .enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "baton.component" $ }}
  labels: {{- include "baton.labels" $ | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "baton.component" $ }} }
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  behavior:
    # Sockets and streams move when a pod goes: one at a time, and not for a short lull.
    scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Pods, value: 1, periodSeconds: 60 }] }
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ .cpuUtilization }} } }
    {{- if .sockets }}
    - type: Pods
      pods: { metric: { name: baton_realtime_sockets }, target: { type: AverageValue, averageValue: {{ .sockets | quote }} } }
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The headless Service by which the other services find every pod of one. */}}
{{- define "baton.internalService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "baton.component" . }}
  labels: {{- include "baton.labels" . | nindent 4 }}
spec:
  clusterIP: None
  selector: {{- include "baton.selector" . | nindent 4 }}
  ports:
    {{- if ne .component "realtime" }}
    - { name: grpc, port: 9100, targetPort: grpc, appProtocol: grpc }
    {{- end }}
    - { name: ops, port: 9090, targetPort: ops, appProtocol: http }
{{- end }}
