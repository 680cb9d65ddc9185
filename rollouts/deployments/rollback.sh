#!/usr/bin/env bash
# rollback.sh APP PODS: gives stable its PODS again, then takes the canary's away.
set -euo pipefail
app=${1:?expected an app, such as web} pods=${2:?expected the pods of stable}

kubectl scale deployment "$app-stable" --replicas="$pods"
kubectl rollout status deployment "$app-stable" --timeout=10m
kubectl scale deployment "$app-canary" --replicas=0
