import { plannedSeconds } from '../../engine/model/planned-seconds.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import type { RunAndSteps } from '../runs/by-looks.ts'
import type { NamedStep } from '../model/judge-request.ts'

/** The verdict of a look that was not made because too many are under way. */
export function overloadedVerdict(place: RunAndSteps, named: NamedStep | undefined, at: number): Verdict {
  const { run, inForce } = place
  const observes = inForce.policy.mode === 'observe'
  const outcome = observes && at >= plannedEnd(place, named) ? 'pass' : 'inconclusive'
  const text = 'more looks are under way than the service takes at once'
  return {
    judged: 'inconclusive',
    verdict: outcome,
    score: 50,
    summary: `${outcome}: ${text}`,
    reasons: [{ code: 'overloaded', text }],
    metrics: [],
    window: { from: new Date(Math.min(run.start, at)).toISOString(), to: new Date(at).toISOString(), at: 0 },
  }
}

function plannedEnd({ run, steps, inForce }: RunAndSteps, named: NamedStep | undefined): number {
  const latest = steps.toSorted((a, b) => a.index - b.index).at(-1)
  const step = named === undefined ? latest : steps.find(({ index }) => index === named.index)
  return step?.endsAt ?? run.start + plannedSeconds(inForce.policy, { index: 0, of: 1 }, 60) * 1000
}
