{{/* Address of the database and of the files, which the image and the environment would otherwise decide. */}}
{{- define "canary-judge.env" -}}
{{- $tls := .Values.database.postgres.tls -}}
{{- $folder := "/etc/canary-judge/database-tls" -}}
- name: CANARY_JUDGE_CONFIG
  value: /etc/canary-judge/config/config.yaml
- name: PORT
  value: "8080"
- name: MANAGEMENT_PORT
  value: "9091"
{{- if ne .Values.database.kind "postgres" }}
- name: DATABASE_URL
  value: sqlite:/data/canary-judge.db
{{- else if $tls.existingSecret }}
- name: DATABASE_ADDRESS
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.postgres.existingSecret }}
      key: {{ .Values.database.postgres.key }}
- name: DATABASE_URL
  value: $(DATABASE_ADDRESS)?sslmode=verify-full&sslrootcert={{ $folder }}/{{ $tls.ca }}{{ with $tls.cert }}&sslcert={{ $folder }}/{{ . }}&sslkey={{ $folder }}/{{ $tls.key }}{{ end }}
{{- else }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.postgres.existingSecret }}
      key: {{ .Values.database.postgres.key }}
{{- end }}
{{- with .Values.prometheusUrl }}
- name: PROMETHEUS_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "canary-judge.volumeMounts" -}}
- name: config
  mountPath: /etc/canary-judge/config
  readOnly: true
{{- if .Values.policies }}
- name: policies
  mountPath: /etc/canary-judge/policies
  readOnly: true
{{- end }}
{{- if .Values.tokens.entries }}
- name: tokens
  mountPath: /etc/canary-judge/tokens
  readOnly: true
{{- end }}
{{- range .Values.secrets }}
- name: secret-{{ . }}
  mountPath: /etc/canary-judge/secrets/{{ . }}
  readOnly: true
{{- end }}
{{- if eq .Values.database.kind "sqlite" }}
- name: data
  mountPath: /data
{{- else if .Values.database.postgres.tls.existingSecret }}
- name: database-tls
  mountPath: /etc/canary-judge/database-tls
  readOnly: true
{{- end }}
- name: tmp
  mountPath: /tmp
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* 288 is 0440: the group of the pod may read, and others may not. */}}
{{- define "canary-judge.volumes" -}}
- name: config
  configMap:
    name: {{ include "canary-judge.fullname" . }}-config
{{- if .Values.policies }}
- name: policies
  configMap:
    name: {{ include "canary-judge.fullname" . }}-policies
{{- end }}
{{- if .Values.tokens.entries }}
- name: tokens
  secret:
    secretName: {{ include "canary-judge.tokensSecret" . }}
    defaultMode: 288
{{- end }}
{{- range .Values.secrets }}
- name: secret-{{ . }}
  secret:
    secretName: {{ . }}
    defaultMode: 288
{{- end }}
{{- if eq .Values.database.kind "sqlite" }}
- name: data
  {{- if .Values.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (include "canary-judge.fullname" .) }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- else if .Values.database.postgres.tls.existingSecret }}
- name: database-tls
  secret:
    secretName: {{ .Values.database.postgres.tls.existingSecret }}
    defaultMode: 288
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Zones and nodes each hold about the same number of replicas; a pod that finds no such place still starts. */}}
{{- define "canary-judge.topologySpreadConstraints" -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "canary-judge.selectorLabels" $ | nindent 6 }}
      app.kubernetes.io/component: service
{{- end }}
{{- end -}}
