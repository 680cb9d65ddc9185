import type { Decided } from '../decision/decide.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { errorCounts } from '../counts/pod-counts.ts'
import type { ErrorsData, Pod, Recording } from '../model/recording.ts'
import { trafficShare } from '../decision/traffic-share.ts'
import type { Reason } from '../model/verdict.ts'
import { count, percent } from '../model/words.ts'

const SURE = Math.log(100)

/** What a reader should know beside the verdict: on the data, the routing, and the lack of a control. */
export function remarks(run: RunEvidence, look: Decided): readonly Reason[] {
  const notes = run.metrics.flatMap((metric) => metric.notes)
  return [
    ...notes,
    ...neverFailed(run),
    ...routing(run, look),
    ...control(look),
    ...problemsOf(run.recording),
  ]
}

/** What the source saw and could not put into numbers. */
export function problemsOf({ problems = [] }: Recording): readonly Reason[] {
  return problems.map(({ code, metric, text }) => ({ code, text, ...(metric !== undefined && { metric }) }))
}

/** Fewer requests may well have no failure among them. */
const LEAST_REQUESTS = 1000

/** Of errors without a single one, history included: as it should be, or a selector that fits no failure. */
function neverFailed({ policy, recording }: RunEvidence): readonly Reason[] {
  return policy.metrics.flatMap(({ name, watch }): readonly Reason[] => {
    const data = recording.metrics[name]
    if (watch || data?.kind !== 'errors') return []
    if (data.bad.some((row) => row?.some((sample) => sample !== null && sample > 0))) return []
    const requests = requestsOf(data, recording.pods)
    if (requests < LEAST_REQUESTS) return []
    const text = `${name}: none of ${count(requests)} requests failed, in either arm and in history; if some did, the policy's selector of failures finds none, and canary-judge doctor says why`
    return [{ code: 'never-failed', metric: name, text }]
  })
}

/** Without the samples that mean nothing. */
function requestsOf(data: ErrorsData, pods: readonly Pod[]): number {
  return errorCounts(data, pods).pods.reduce(
    (all, { requests }) => all + requests.reduce((a, b) => a + b, 0),
    0,
  )
}

function routing(run: RunEvidence, look: Decided): readonly Reason[] {
  const traffic = run.metrics.find((metric) => metric.traffic !== undefined)?.traffic
  const found = traffic && trafficShare(traffic, run.plan, look.t)
  if (found === undefined || found.evidence < SURE) return []
  const text = `the canary got ${percent(found.share)} of the requests, its weights promise ${percent(found.expected)}`
  return [{ code: 'traffic-share', text }]
}

function control(look: Decided): readonly Reason[] {
  if ((look.step?.weight ?? 0) < 100) return []
  const text = 'all traffic is on the canary: only crashes and limits are judged'
  return [{ code: 'no-control', text }]
}
