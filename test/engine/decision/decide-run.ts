import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import type { Decided } from '../../../src/engine/decision/decide.ts'
import type { RunEvidence } from '../../../src/engine/decision/gather.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import { madeMetric, type MadeMetric, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

/** Rollouts of twelve slices in two steps with one metric, whose evidence is given and not computed. */
export interface OneMetric extends MadeMetric {
  readonly policy?: Policy
  readonly stepped?: boolean
  readonly obstacle?: 'down' | 'missing'
}

export const T = 12
export const steps = [
  { slice: 0, ends: 6, weight: 25, next: 50 },
  { slice: 6, ends: 12, weight: 50, next: 100 },
]

export function named(other: object = {}): Policy {
  return policyOf([{ name: 'errors', kind: 'errors' }], { soak: '3m', ...other })
}

export function runOf(made: OneMetric): RunEvidence {
  const policy = made.policy ?? named()
  const [own] = policy.metrics
  if (own === undefined) throw new Error('expected a metric')
  const code = made.obstacle === 'down' ? 'source-down' : 'metric-missing'
  return {
    ...madeRun(policy, {
      slices: T,
      metrics: { [own.name]: made },
      ...(made.stepped === false ? {} : { steps }),
    }),
    metrics: [madeMetric(own, made, T)],
    obstacles: made.obstacle === undefined ? [] : [{ metric: own, reason: { code, text: '-' } }],
  }
}

/** The first letters of `judged` and of the verdict at each look. */
export function judged(made: OneMetric): string {
  return letters(decidePath(runOf(made)).map((look) => look.judged))
}

export function answers(made: OneMetric): string {
  return letters(decidePath(runOf(made)).map((look) => look.verdict))
}

export function letters(words: readonly string[]): string {
  return words.map((word) => word.charAt(0)).join('')
}

export function lookAt(made: OneMetric, t: number): Decided {
  const look = decidePath(runOf(made))[t]
  if (look === undefined) throw new Error('expected a look')
  return look
}

/** An e-value that only slice `t` has. */
export function only(t: number, value: number): readonly number[] {
  return Array.from({ length: T }, (_, k) => (k === t ? value : 1))
}
