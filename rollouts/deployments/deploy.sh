#!/usr/bin/env bash
# deploy.sh APP IMAGE [PODS]: makes APP-canary from the spec of APP-stable, with IMAGE and one pod or more.
set -euo pipefail
app=${1:?expected an app, such as web} image=${2:?expected an image} pods=${3:-1}

kubectl get deployment "$app-stable" --output=json |
  jq --arg app "$app" --arg image "$image" --argjson pods "$pods" '
    {apiVersion, kind, metadata: {name: "\($app)-canary", labels: .metadata.labels}, spec}
    | .spec.replicas = $pods
    | .metadata.labels.track = "canary"
    | .spec.selector.matchLabels.track = "canary"
    | .spec.template.metadata.labels.track = "canary"
    | .spec.template.metadata.labels.version = ($image | sub(".*[:]"; ""))
    | .spec.template.spec.containers |= map(if .name == $app then .image = $image else . end)' |
  kubectl apply --filename=-
kubectl annotate deployment "$app-canary" --overwrite "kubernetes.io/change-cause=$image by $(whoami)"
kubectl rollout status deployment "$app-canary" --timeout=10m
