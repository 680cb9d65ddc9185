import type { Decided } from '../../../src/engine/decision/decide.ts'
import { explain } from '../../../src/engine/explanation/explain.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { arm, interval, madeLook, madeRun, type MadeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

export const withRules = (other: object = {}): Policy =>
  policyOf(
    [
      { name: 'errors', kind: 'errors' },
      { name: 'p95', kind: 'latency' },
      { name: 'cpu', kind: 'gauge' },
    ],
    { soak: '3m', ...other },
  )
export const enforced = withRules()
const steps = [{ slice: 60, ends: 72, weight: 25, next: 50 }]
export const step = { index: 0, from: 0, ends: 12, weight: 25, next: 50 }
export const some = {
  errors: {
    numbers: { canary: arm(4, 1000), stable: arm(4, 4000), ratio: interval(1, 0.8, 1.24) },
    passP: () => 0.01,
  },
  p95: { numbers: { canary: arm(50, 1000), stable: arm(200, 4000), ratio: interval(1, 0.9, 1.04) } },
}
/** An hour of history, then twelve slices. The look is at the sixth: the 66th minute from 10:00. */
export const explained = (
  look: Partial<Decided>,
  made: MadeRun = {},
  policy = enforced,
  before: readonly Partial<Decided>[] = [],
): Verdict => {
  const run = madeRun(policy, { history: 60, steps, metrics: some, ...made })
  return explain(run, [...before, look].map(madeLook), 65)
}
export const codes = ({ reasons }: Verdict): readonly string[] => reasons.map(({ code }) => code)
export const passed = {
  judged: 'pass',
  verdict: 'pass',
  passedAt: 5,
  passedBy: 'shown' as const,
  step,
} as const
export const failed = {
  judged: 'fail',
  verdict: 'fail',
  failed: { by: 'gate', t: 5, metrics: ['errors'] },
  step,
} as const
