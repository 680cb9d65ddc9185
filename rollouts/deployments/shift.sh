#!/usr/bin/env bash
# shift.sh APP CANARY-PODS STABLE-PODS: the share of the pods is the share of the traffic; "web 3 7" is 30 %.
set -euo pipefail
app=${1:?expected an app, such as web} canary=${2:?expected the pods of canary} stable=${3:?expected the pods of stable}

# Pods are added and ready before others go.
for arm in canary stable; do
  now=$(kubectl get deployment "$app-$arm" --output='jsonpath={.spec.replicas}')
  [ "${!arm}" -le "$now" ] || kubectl scale deployment "$app-$arm" --replicas="${!arm}"
done
for arm in canary stable; do kubectl rollout status deployment "$app-$arm" --timeout=10m; done
for arm in canary stable; do kubectl scale deployment "$app-$arm" --replicas="${!arm}"; done
