// A Lambda for a CodeDeploy lifecycle hook: the deployment goes on when canary-judge says pass, and back otherwise.
// Node 20 or later; AWS' own modules are part of that runtime. Give it a timeout of 15 minutes.
import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from '@aws-sdk/client-codedeploy'

const { JUDGE_URL, JUDGE_TOKEN, JUDGE_POLICY, NAMESPACE, NAME, MINUTES = '8' } = process.env
const codeDeploy = new CodeDeployClient({})

export async function handler({ DeploymentId, LifecycleEventHookExecutionId }, context) {
  const verdict = await judge(DeploymentId, () => context.getRemainingTimeInMillis() > 60_000)
  const command = new PutLifecycleEventHookExecutionStatusCommand({
    deploymentId: DeploymentId,
    lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
    status: verdict === 'pass' ? 'Succeeded' : 'Failed',
  })
  await codeDeploy.send(command)
}

/** Asks every half a minute, through outages too, until pass or fail or until there is no time left. */
async function judge(deployment, hasTime) {
  for (;;) {
    const { verdict, summary } = await ask(deployment).catch((error) => ({ summary: String(error) }))
    console.log(summary)
    if (verdict === 'pass' || verdict === 'fail' || !hasTime()) return verdict
    await new Promise((resolve) => setTimeout(resolve, 30_000))
  }
}

async function ask(deployment) {
  const step = { index: 0, of: 1, weight: 10, next: 100, minutes: Number(MINUTES) }
  const revisions = { canary: { revision: deployment }, stable: { revision: 'stable' } }
  const answer = await fetch(`${JUDGE_URL}/v1/judge`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${JUDGE_TOKEN}` },
    body: JSON.stringify({ namespace: NAMESPACE, name: NAME, policy: JUDGE_POLICY, step, ...revisions }),
    signal: AbortSignal.timeout(15_000),
  })
  const { verdict, summary, detail } = await answer.json()
  return { verdict, summary: summary ?? detail }
}
