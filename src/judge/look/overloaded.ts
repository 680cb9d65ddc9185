import type { Policy } from '../../engine/model/policy.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import type { Run } from '../ports/ports.ts'

/** The verdict of a look for which there was no room. */
export function overloadedVerdict(run: Run, { mode }: Policy, at: number): Verdict {
  const outcome = mode === 'observe' ? 'pass' : 'inconclusive'
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
