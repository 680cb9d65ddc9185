#!/usr/bin/env bash
# promote.sh APP PODS: gives stable the image of the canary, then its PODS, then takes the canary's away.
set -euo pipefail
app=${1:?expected an app, such as web} pods=${2:?expected the pods of stable}

image=$(kubectl get deployment "$app-canary" \
  --output="jsonpath={.spec.template.spec.containers[?(@.name=='$app')].image}")
[ -n "$image" ] || { echo "expected a container $app in $app-canary, got none" >&2; exit 1; }
kubectl set image deployment "$app-stable" "$app=$image"
kubectl annotate deployment "$app-stable" --overwrite "kubernetes.io/change-cause=$image by $(whoami)"
kubectl rollout status deployment "$app-stable" --timeout=10m
kubectl scale deployment "$app-stable" --replicas="$pods"
kubectl rollout status deployment "$app-stable" --timeout=10m
kubectl scale deployment "$app-canary" --replicas=0
