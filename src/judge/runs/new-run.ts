import { AppError } from '../../errors.ts'
import type { Run, RunKey } from '../ports/ports.ts'
import { runId } from './identities.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import { gatesOf, sliceMs } from './open-step.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { RunHistory } from '../history/run-history.ts'

export interface FindRunDeps {
  readonly book: RunHistory
  /** The policy by which a look at the run is judged. */
  readonly policyOf: (run: Run) => Promise<ActivePolicy>
  readonly now: number
  /** See MetricSource; undefined also where it cannot be told. */
  readonly canaryStart: (quiet: number, open?: Run) => Promise<number | undefined | 'unknown'>
  /** Throws where a run could never be judged like this, before another is closed for it. */
  readonly check: () => void
}

/** So long must no canary series have been there before a rollout begins. */
export const pauseBeforeStartMs = 10 * 60_000

/** When a rollout began, as the caller says or the data show; undefined = neither does. */
export async function startOf(
  { start }: JudgeRequest,
  { canaryStart }: Pick<FindRunDeps, 'canaryStart'>,
): Promise<number | undefined> {
  const found = start ?? (await canaryStart(pauseBeforeStartMs))
  return typeof found === 'number' ? found : undefined
}

/** The run of a look at `at`, which begins there where its start is not known. */
export function newRun(
  request: JudgeRequest,
  key: RunKey,
  { policy, digest }: ActivePolicy,
  moment: { readonly at: number; readonly start: number | undefined },
): Run {
  const { revision, stableRevision, params = {}, step } = request
  const { at } = moment
  const length = sliceMs(policy)
  const start = Math.floor((moment.start ?? at) / length) * length
  checkStart(start, at)
  return {
    id: runId({ ...key, revision, start }),
    ...key,
    revision,
    ...(stableRevision !== undefined && { stableRevision }),
    policy: policy.name,
    policyDigest: digest,
    start,
    openedAt: at,
    lastLookAt: at,
    ...(step !== undefined && { gates: gatesOf(step) }),
    ...(Object.keys(params).length > 0 && { params }),
  }
}

export const longestRunMs = 7 * 86_400_000

function checkStart(start: number, at: number): void {
  if (start <= at && at - start <= longestRunMs) return
  const shown = (ms: number): string => new Date(ms).toISOString()
  const message = `expected a moment within 7 days before ${shown(at)}, got ${shown(start)}`
  throw new AppError('unprocessable', `start: ${message}`, { issues: [{ path: 'start', message }] })
}
