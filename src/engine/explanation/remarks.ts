import type { Decided } from '../decision/decide.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { errorCounts } from '../counts/pod-counts.ts'
import type { ErrorsData, Pod, Recording } from '../model/recording.ts'
import { trafficShare } from '../decision/traffic-share.ts'
import type { Reason } from '../model/verdict.ts'
import { sentences } from './sentences.ts'

const SURE = Math.log(100)

/** What a reader should know beside the verdict: about the data, the routing, and a missing comparison. */
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

/** The problems that the source had, as reasons. */
export function problemsOf({ problems = [] }: Recording): readonly Reason[] {
  return problems.map(({ code, metric, text }) => ({ code, text, ...(metric !== undefined && { metric }) }))
}

/** With fewer requests it is usual that none fails. */
const LEAST_REQUESTS = 1000

/**
 * Says that not one request failed, history included. That is good news, or the policy's selector of failures finds
 * none.
 */
function neverFailed({ policy, recording }: RunEvidence): readonly Reason[] {
  return policy.metrics.flatMap(({ name, watch }): readonly Reason[] => {
    const data = recording.metrics[name]
    if (watch || data?.kind !== 'errors') return []
    if (data.bad.some((row) => row?.some((sample) => sample !== null && sample > 0))) return []
    const requests = requestsOf(data, recording.pods)
    if (requests < LEAST_REQUESTS) return []
    return [{ code: 'never-failed', metric: name, text: sentences.neverFailed(name, requests) }]
  })
}

/** All requests, without bad samples. */
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
  return [{ code: 'traffic-share', text: sentences.otherShare(found.share, found.expected) }]
}

function control(look: Decided): readonly Reason[] {
  if ((look.step?.weight ?? 0) < 100) return []
  return [{ code: 'no-control', text: sentences.onlyAbsolute }]
}
