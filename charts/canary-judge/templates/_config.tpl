{{/* The configuration file: what `config` says, with the chart's tokens, policies and times of the shutdown. */}}
{{- define "canary-judge.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $tokens := list -}}
{{- range $name := keys .Values.tokens.entries | sortAlpha -}}
{{- $entry := index $.Values.tokens.entries $name -}}
{{- $tokens = append $tokens (merge (dict "name" $name "file" (printf "/etc/canary-judge/tokens/%s" $name)) $entry) -}}
{{- end -}}
{{- with concat $tokens (.Values.config.tokens | default list) -}}
{{- $_ := set $config "tokens" . -}}
{{- end -}}
{{- if .Values.policies -}}
{{- $_ := set $config "policies" (dict "directory" "/etc/canary-judge/policies") -}}
{{- end -}}
{{- $_ := set $config "shutdown" (dict "delay" (printf "%ds" (int .Values.shutdownDelay)) "deadline" (printf "%ds" (int .Values.shutdownDeadline))) -}}
{{- toYaml $config -}}
{{- end -}}
