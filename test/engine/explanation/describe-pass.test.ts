import { describe, expect, it } from 'vitest'
import { describePass } from '../../../src/engine/explanation/describe-metric.ts'
import type { MetricNumbers } from '../../../src/engine/evidence/metric-evidence.ts'
import { arm, interval, madeMetric } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

/** The text about a metric at the last step, which has the margin of the policy, or before `next`. */
function passOf(
  metric: object,
  numbers: Partial<MetricNumbers>,
  next = 100,
  other: object = {},
  passP: number | undefined = 0,
): string | undefined {
  const policy = policyOf([metric], other)
  const [own] = policy.metrics
  if (own === undefined) throw new Error('expected a metric')
  const some = { canary: arm(5, 1000), stable: arm(5, 1000), ...numbers }
  return describePass(madeMetric(own, { numbers: some, passP: () => passP }), policy, next, 4)
}

const errors = { name: 'errors', kind: 'errors', margin: 1.5 }
const p95 = { name: 'p95', kind: 'latency', margin: '10%' }
const conversion = { name: 'conversion', kind: 'conversion', margin: '10%' }
const memory = { name: 'memory', kind: 'gauge', tolerance: '10%', margin: '40%' }

describe('describePass', () => {
  it.each([
    ['errors by what the interval rules out', errors, interval(1, 0.8, 1.24), 'errors at most 1.2 times'],
    [
      'errors by the margin where the interval is wider',
      errors,
      interval(1, 0.8, 3),
      'errors at most 1.5 times',
    ],
    ['errors never below stable', errors, interval(0.5, 0.2, 0.8), 'errors at most 1 times'],
    ['latency by its interval', p95, interval(1, 0.9, 1.04), 'p95 at most 4% slower'],
    ['latency by its margin', p95, interval(1, 0.9, 1.3), 'p95 at most 10% slower'],
    ['latency never faster than stable', p95, interval(0.8, 0.7, 0.9), 'p95 at most 0% slower'],
    ['conversion by its interval', conversion, interval(1, 0.97, 1.1), 'conversion at most 3% lower'],
    ['conversion by its margin', conversion, interval(1, 0.7, 1.1), 'conversion at most 10% lower'],
    ['conversion never above stable', conversion, interval(1.2, 1.1, 1.3), 'conversion at most 0% lower'],
    ['a gauge by its interval', memory, interval(1, 0.9, 1.2), 'memory at most 20% higher'],
    ['a gauge by its margin', memory, interval(1, 0.9, 2), 'memory at most 40% higher'],
  ])('says %s', (_name, metric, ratio, text) => {
    expect(passOf(metric, { ratio })).toBe(text)
  })

  it.each([
    // before 50 % margins are twice as wide, before 25 % and less four times
    [errors, interval(1, 0.8, 9), 50, 'errors at most 2 times'],
    [errors, interval(1, 0.8, 9), 5, 'errors at most 3 times'],
    [p95, interval(1, 0.8, 9), 50, 'p95 at most 20% slower'],
    [conversion, interval(1, 0.1, 9), 50, 'conversion at most 20% lower'],
    [memory, interval(1, 0.8, 9), 25, 'memory at most 160% higher'],
  ])('gives the margin of $name as wide as the step allows', (metric, ratio, next, text) => {
    expect(passOf(metric, { ratio }, next)).toBe(text)
  })

  it('gives the margin itself where it is the same at every step', () => {
    expect(passOf(errors, { ratio: interval(1, 0.8, 9) }, 5, { riskProportional: false })).toBe(
      'errors at most 1.5 times',
    )
  })

  it('says of a canary without any error that it has none, whatever the ratio', () => {
    const text = 'no errors in 48,000 requests'
    expect(passOf(errors, { canary: arm(0, 48_000), ratio: interval(1, 0.1, 9) })).toBe(text)
    expect(passOf(errors, { canary: arm(0, 48_000) })).toBe(text)
    expect(passOf(errors, { canary: { events: 0 } })).toBe('no errors in 0 requests')
  })

  it('gives the rate where that is what was shown, and not the ratio', () => {
    const own = { ...errors, absoluteMargin: '0.1%' }
    const few = { canary: arm(7, 48_000), ratio: interval(2.1, 0.4, 8) }
    expect(passOf(own, few, 50, {}, 0.051)).toBe('errors below 0.2% of 48,000 requests')
    expect(passOf(own, few, 50, {}, 0.05)).toBe('errors at most 2 times')
    expect(passOf(own, { canary: { events: 1 } }, 100, {}, 1)).toBe('errors below 0.1% of 0 requests')
  })

  it('does not say so of other kinds', () => {
    expect(passOf(p95, { canary: arm(0, 48_000), ratio: interval(1, 0.9, 1.04) })).toBe(
      'p95 at most 4% slower',
    )
    expect(passOf(conversion, { canary: arm(0, 48_000) })).toBeUndefined()
  })

  it.each([
    ['a ratio that is unknown', errors, {}],
    ['a gauge that has no margin', { name: 'memory', kind: 'gauge' }, { ratio: interval(1, 0.9, 1.2) }],
  ])('says nothing of %s', (_name, metric, numbers) => {
    expect(passOf(metric, numbers)).toBeUndefined()
  })
})
