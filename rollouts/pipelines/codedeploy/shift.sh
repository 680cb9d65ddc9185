#!/bin/sh
# Starts a deployment that shifts a tenth of the traffic first, such as CodeDeployDefault.ECSCanary10Percent15Minutes,
# and stops it unless canary-judge says pass before the rest follows.
set -eu

id=$(aws deploy create-deployment --cli-input-json file://deployment.json --query deploymentId --output text)
code=0
canary-judge check --url "$JUDGE_URL" --policy tracks --namespace shop --name web \
  --canary "$id" --stable stable --step 1/1 --weight 10 --next 100 --minutes 8 --wait 14m || code=$?
if [ "$code" -ne 0 ]; then
  aws deploy stop-deployment --deployment-id "$id" --auto-rollback-enabled
fi
exit "$code"
