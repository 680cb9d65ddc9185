import { expect, it } from 'vitest'
import type { Moment } from '../../../src/engine/decision/rules/moment.ts'
import { metricPasses, passWithinMargin } from '../../../src/engine/decision/rules/pass-within-margin.ts'
import { stepOf } from '../../../src/engine/decision/step-of.ts'
import type { PlannedStep } from '../../../src/engine/model/rollout-plan.ts'
import { from, type MadeMetric, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const step: PlannedStep = { index: 0, from: 0, ends: 6, weight: 25, next: 50 }
const steps = [{ slice: 0, ends: 6, weight: 25, next: 50 }]
const errors = { name: 'errors', kind: 'errors' }
const memory = { name: 'memory', kind: 'gauge', required: true }
const nothing: MadeMetric = { pass: 'nothing to show' }
const shown: MadeMetric = { pass: from(0, 1e6) }

function moment(
  metrics: readonly object[],
  made: Readonly<Record<string, MadeMetric>>,
  gate = false,
): Moment {
  const run = madeRun(policyOf(metrics, { pass: 'strict' }), { steps, metrics: made })
  return { run, t: 5, step, mature: 3, ...(gate && { gate: step }) }
}

it.each([
  ['errors that are shown', [errors], { errors: shown }, true],
  ['errors that are not shown', [errors], { errors: {} }, false],
  [
    'a gauge without a margin beside errors that are shown',
    [errors, memory],
    { errors: shown, memory: nothing },
    true,
  ],
  [
    'a gauge without a margin beside errors that are not',
    [errors, memory],
    { errors: {}, memory: nothing },
    false,
  ],
  ['gauges without a margin alone', [memory], { memory: nothing }, false],
])('passWithinMargin() of %s', (_, metrics, made, passes) => {
  expect(passWithinMargin(moment(metrics, made))).toBe(passes)
})

it('no metric that is required shows nothing against a pass', () => {
  expect(passWithinMargin(moment([{ ...errors, watch: true, required: false }], {}))).toBe(true)
})

it('at a gate a metric passes by its P-value as well, and nothing passes without one', () => {
  const passP = (p: number | undefined): boolean => {
    const { run } = moment([errors], { errors: { passP: () => p } }, true)
    const [metric] = run.metrics
    if (metric === undefined) throw new Error('expected a metric')
    return metricPasses(run, metric, 50, 5, true)
  }
  expect([passP(1e-6), passP(0.5), passP(undefined)]).toEqual([true, false, false])
})

it('a caller that names no steps has one, as long as the policy plans a rollout', () => {
  const policy = policyOf([errors], { rollout: '20m' })
  const bare = madeRun(policy, { steps: [] })
  expect(stepOf(bare, undefined)).toEqual({ index: 0, from: 0, ends: 20, weight: 0, next: 100 })
  expect(stepOf(bare, step)).toBe(step)
  const withGates = madeRun(policy, { steps })
  expect([stepOf(withGates, undefined), stepOf(withGates, step)]).toEqual([undefined, step])
})
