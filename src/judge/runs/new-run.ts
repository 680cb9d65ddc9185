import { AppError } from '../../errors.ts'
import type { RunHistory } from '../history/run-history.ts'
import type { ActivePolicy } from '../model/active-policy.ts'
import type { JudgeRequest } from '../model/judge-request.ts'
import type { Run, RunKey } from '../ports/ports.ts'
import { runId } from './identities.ts'
import { namedStepOf } from './named-step-of.ts'
import { gatesOf, sliceMs } from './open-step.ts'

/** What is needed to find, open and close the runs of one rollout. */
export interface RunContext {
  readonly history: RunHistory
  readonly key: RunKey
  /** The policy that the request means, from the policies that are loaded now. */
  readonly loaded: ActivePolicy
  /** The policy by which a look at the run is judged. */
  readonly policyOf: (run: Run) => Promise<ActivePolicy>
  readonly now: number
}

export const superseded = 'superseded'
export const goneQuiet = 'gone quiet'

/** The new run of a request at `at`. It begins at `at` where its start is not known. */
export function newRun(
  request: JudgeRequest,
  { key, loaded: { policy, digest } }: Pick<RunContext, 'key' | 'loaded'>,
  moment: { readonly at: number; readonly start?: number | undefined; readonly salt?: string },
): Run {
  const { revision, stableRevision, params = {}, labels = {} } = request
  const step = namedStepOf(request, [])
  const { at, salt } = moment
  const length = sliceMs(policy)
  const start = Math.floor((moment.start ?? at) / length) * length
  checkStart(start, at)
  return {
    id: runId({ ...key, revision, start, ...(salt !== undefined && { salt }) }),
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
    ...(Object.keys(labels).length > 0 && { labels }),
  }
}

export const longestRunMs = 7 * 86_400_000

function checkStart(start: number, at: number): void {
  if (start <= at && at - start <= longestRunMs) return
  const shown = (ms: number): string => new Date(ms).toISOString()
  const message = `expected a moment within 7 days before ${shown(at)}, got ${shown(start)}`
  throw new AppError('unprocessable', `start: ${message}`, { issues: [{ path: 'start', message }] })
}
