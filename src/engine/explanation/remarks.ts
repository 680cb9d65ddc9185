import type { Decided } from '../decision/decide.ts'
import type { RunEvidence } from '../decision/gather.ts'
import type { Recording } from '../model/recording.ts'
import { trafficShare } from '../decision/traffic-share.ts'
import type { Reason } from '../model/verdict.ts'
import { percent } from '../model/words.ts'

const SURE = Math.log(100)

/** What a reader should know beside the verdict: on the data, the routing, and the lack of a control. */
export function remarks(run: RunEvidence, look: Decided): readonly Reason[] {
  const notes = run.metrics.flatMap((metric) => metric.notes)
  return [...notes, ...routing(run, look), ...control(look), ...problemsOf(run.recording)]
}

/** What the source saw and could not put into numbers. */
export function problemsOf({ problems = [] }: Recording): readonly Reason[] {
  return problems.map(({ code, metric, text }) => ({ code, text, ...(metric !== undefined && { metric }) }))
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
