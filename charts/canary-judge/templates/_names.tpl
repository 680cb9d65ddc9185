{{- define "canary-judge.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Release "canary-judge" gives "canary-judge", release "judge" gives "judge-canary-judge". Suffixes of at most 12 characters still fit. */}}
{{- define "canary-judge.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 51 | trimSuffix "-" -}}
{{- else if contains (include "canary-judge.name" .) .Release.Name -}}
{{- .Release.Name | trunc 51 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "canary-judge.name" .) | trunc 51 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "canary-judge.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "canary-judge.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "canary-judge.tokensSecret" -}}
{{- .Values.tokens.existingSecret | default (printf "%s-tokens" (include "canary-judge.fullname" .)) -}}
{{- end -}}

{{/* The name of the first token that may judge; empty where there is none. */}}
{{- define "canary-judge.judgeToken" -}}
{{- $found := list -}}
{{- range $name := keys .Values.tokens.entries | sortAlpha -}}
{{- if has "judge" (index $.Values.tokens.entries $name).roles -}}{{- $found = append $found $name -}}{{- end -}}
{{- end -}}
{{- first $found | default "" -}}
{{- end -}}

{{/* The address inside the cluster, without a slash at its end. */}}
{{- define "canary-judge.url" -}}
{{ ternary "https" "http" (not (empty .Values.config.tls)) }}://{{ include "canary-judge.fullname" . }}.{{ .Release.Namespace }}:{{ .Values.service.port }}
{{- end -}}

{{- define "canary-judge.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "canary-judge.selectorLabels" -}}
app.kubernetes.io/name: {{ include "canary-judge.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "canary-judge.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "canary-judge.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
metadata of an object. Call with a dict: root, and optionally name, namespaced (default true), labels, annotations.
*/}}
{{- define "canary-judge.metadata" -}}
name: {{ .name | default (include "canary-judge.fullname" .root) }}
{{- if ne .namespaced false }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  {{- merge (dict) (.labels | default dict) (include "canary-judge.labels" .root | fromYaml) | toYaml | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
