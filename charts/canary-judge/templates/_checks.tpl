{{/* Stops a combination of values that would lose data or could not work, and says why. */}}
{{- define "canary-judge.checks" -}}
{{- $postgres := eq .Values.database.kind "postgres" -}}
{{- if and (not $postgres) .Values.autoscaling.enabled -}}
{{- fail "autoscaling.enabled: expected database.kind postgres, got sqlite: replicas on SQLite have a file each, so they would not share runs and decisions" -}}
{{- end -}}
{{- if and (not $postgres) (gt (int .Values.replicaCount) 1) -}}
{{- fail (printf "replicaCount: expected 1 with database.kind sqlite, got %d: replicas on SQLite have a file each, so they would not share runs and decisions; use database.kind postgres" (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and $postgres (not .Values.database.postgres.existingSecret) -}}
{{- fail "database.postgres.existingSecret: expected the name of a Secret with the address of the database, got nothing" -}}
{{- end -}}
{{- with .Values.database.postgres.tls -}}
{{- if ne (empty .cert) (empty .key) -}}
{{- fail "database.postgres.tls: expected cert and key together, got one of them" -}}
{{- end -}}
{{- end -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- fail (printf "autoscaling.minReplicas: expected at most autoscaling.maxReplicas (%d), got %d" (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled -}}
{{- fail "metrics: expected a serviceMonitor or a podMonitor, got both: every sample would be stored twice" -}}
{{- end -}}
{{- if and .Values.flagger.alertProvider.enabled (not .Values.flagger.alertProvider.secretName) -}}
{{- fail "flagger.alertProvider.secretName: expected the name of a Secret with the address of the chat, got nothing" -}}
{{- end -}}
{{- if and .Values.flagger.metricTemplate.enabled (hasKey .Values.tokens.entries "token") -}}
{{- fail "tokens.entries.token: expected another name, since Flagger's MetricTemplate needs this key for its own token" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.parentRefs: expected a gateway, got none" -}}
{{- end -}}
{{- include "canary-judge.configChecks" . -}}
{{- end -}}

{{- define "canary-judge.configChecks" -}}
{{- $config := .Values.config -}}
{{- range $key, $instead := dict "port" "service.port" "managementPort" "service.managementPort" "database" "database.kind" "shutdown" "shutdownDelay and shutdownDeadline" -}}
{{- if hasKey $config $key -}}
{{- fail (printf "config.%s: expected it to be absent, since the chart sets it; use %s" $key $instead) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.policies ($config.policies | default dict).directory -}}
{{- fail "policies: expected policies or config.policies.directory, got both" -}}
{{- end -}}
{{- $names := concat (keys .Values.tokens.entries) (list) -}}
{{- range $config.tokens -}}
{{- if has .name $names -}}
{{- fail (printf "config.tokens: expected each name once, got %q in tokens.entries too" .name) -}}
{{- end -}}
{{- end -}}
{{- if not (or .Values.tokens.entries $config.tokens $config.allowAnonymous) -}}
{{- fail "tokens.entries: expected at least one token, got none: a service that anybody may ask does not start" -}}
{{- end -}}
{{- end -}}
