import type { Policy } from '../../engine/model/policy.ts'
import type { Deadline } from '../model/deadline.ts'
import { type JudgeRequest, paramsOf } from '../model/judge-request.ts'
import type { MetricSource, Run } from '../ports/ports.ts'

export interface StartQuestion {
  readonly quietMs: number
  readonly now: number
  readonly deadline: Deadline
  readonly source: MetricSource | undefined
  readonly full: boolean
  readonly open: Run | undefined
}

/** When the canary's first data came, as the source says in a third of the time that is left. */
export async function askCanaryStart(
  { namespace, name, revision, stableRevision, params, at }: JudgeRequest,
  policy: Policy,
  { quietMs, now, deadline, source, full, open }: StartQuestion,
): Promise<number | undefined | 'unknown'> {
  if (full) return 'unknown'
  if (source?.canaryStart === undefined) return undefined
  const run = { namespace, name, revision, ...(stableRevision !== undefined && { stableRevision }) }
  const giveUp = new AbortController()
  const known = open?.revision === revision ? open : undefined
  const question = {
    policy,
    run,
    params: paramsOf(params, known),
    until: at ?? now,
    quietMs,
    // far enough back to distinguish the canary of the last look from a later one
    ...(known !== undefined && { since: known.lastLookAt - quietMs }),
    signal: giveUp.signal,
  }
  try {
    return await deadline.within(source.canaryStart(question), deadline.leftMs() / 3)
  } catch {
    return 'unknown'
  } finally {
    giveUp.abort()
  }
}
