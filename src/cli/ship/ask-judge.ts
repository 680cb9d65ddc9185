import { askService, type Service } from '../check/ask-service.ts'
import type { CheckAnswer } from '../check/check-answer.ts'
import { type CheckFlags, toCheckRequest } from '../check/check-request.ts'
import type { Release } from './release.ts'
import type { ShipFlags } from './ship-flags.ts'

export interface JudgeOptions {
  readonly service: Service
  readonly namespace: string
  readonly flags: ShipFlags
  /** The name of the policy in the service, if a file was given. */
  readonly policy?: string
}

/** Makes one look at each app of the release at its stage; the worst verdict is the verdict of the release. */
export async function askJudge(
  { service, namespace, flags, policy = flags.policy }: JudgeOptions,
  { apps, stages, stage, started }: Release,
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const { minutes, param, interval = '30s' } = flags
  const [weight, next] = [stages[stage], stages[stage + 1]]
  const answers = await Promise.all(
    apps.map(async ({ name, to, toVersion, fromVersion }) => {
      const asked: CheckFlags = {
        namespace,
        name,
        canary: toVersion,
        stable: fromVersion,
        step: `${stage + 1}/${stages.length}`,
        start: started,
        interval,
        ...(weight !== undefined && { weight: String(weight) }),
        ...(next !== undefined && { next: String(next) }),
        ...(minutes !== undefined && { minutes }),
        ...(param !== undefined && { param }),
        ...(policy !== undefined && { policy }),
      }
      const request = { ...toCheckRequest(asked), labels: { image: to } }
      return { name, answer: await askService(service, request, signal) }
    }),
  )
  return together(answers)
}

const worstFirst = ['fail', 'inconclusive', 'pass'] as const

/**
 * Combines the answers for several apps: the one that decides, with the sentences of all apps with the same verdict.
 */
function together(answers: readonly { readonly name: string; readonly answer: CheckAnswer }[]): CheckAnswer {
  const verdict = worstFirst.find((each) => answers.some(({ answer }) => answer.verdict === each))
  const deciding = answers.filter(({ answer }) => answer.verdict === verdict)
  const [first] = deciding
  if (first === undefined) throw new Error('expected one app or more')
  if (answers.length === 1) return first.answer
  return {
    ...first.answer,
    summary: deciding.map(({ name, answer }) => `${name}: ${answer.summary}`).join('; '),
    metrics: deciding.flatMap(({ name, answer }) =>
      answer.metrics.map((metric) => ({ ...metric, name: `${name} ${metric.name}` })),
    ),
  }
}
