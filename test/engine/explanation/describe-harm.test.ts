import { describe, expect, it, test } from 'vitest'
import { describeHarm } from '../../../src/engine/explanation/describe-metric.ts'
import type { AbsoluteRule, MetricNumbers } from '../../../src/engine/evidence/metric-evidence.ts'
import type { MetricPolicy } from '../../../src/engine/model/policy.ts'
import { arm, interval, madeMetric } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

function policyFor(metric: object): MetricPolicy {
  const [policy] = policyOf([metric]).metrics
  if (policy === undefined) throw new Error('expected a metric')
  return policy
}

const errors = policyFor({ name: 'errors', kind: 'errors', tolerance: 1.5, margin: 2, limit: '1%' })
const conversion = policyFor({ name: 'conversion', kind: 'conversion', tolerance: '5%' })
const p95 = policyFor({ name: 'p95', kind: 'latency', tolerance: '5%', limit: '300ms' })
const memory = policyFor({ name: 'memory', kind: 'gauge', tolerance: '10%', limit: '600M' })

const canary = arm(80, 4210)
const stable = arm(151, 37_800)
const worse = (policy: MetricPolicy, numbers: MetricNumbers): string =>
  describeHarm(madeMetric(policy, { numbers }), 'worse', 3)

describe('describeHarm of errors', () => {
  const shares = 'errors 1.9% of 4,210 canary requests vs 0.4% of 37,800 stable'

  it.each([
    ['the bound where it is beyond the tolerance', interval(4.75, 2.1, 8), ', at least 2.1 times worse'],
    ['the estimate where the bound is tolerated', interval(4.75, 1.5, 8), ', about 4.8 times worse'],
    ['the estimate of a bound that reads as no change', interval(4.75, 1.04, 8), ', about 4.8 times worse'],
    ['large ratios without decimals', interval(40, 15.2, 80), ', at least 15 times worse'],
    ['no ratio that is unknown', undefined, ''],
  ])('says %s', (_name, ratio, text) => {
    expect(worse(errors, { canary, stable, ...(ratio && { ratio }) })).toBe(`${shares}${text}`)
  })

  it.each([
    [1.01, ', about 1.2 times worse'],
    [1.06, ', at least 1.1 times worse'],
    [10.2, ', at least 10 times worse'],
  ])('gives the bound %s only where it reads as a change', (low, text) => {
    const strict = policyFor({ name: 'errors', kind: 'errors', tolerance: 1 })
    expect(worse(strict, { canary, stable, ratio: interval(1.2, low, 20) })).toBe(`${shares}${text}`)
  })

  it('says of an arm without requests that it had none', () => {
    expect(worse(errors, { canary: arm(3, 3), stable: {} })).toBe(
      'errors 100% of 3 canary requests vs 0% of 0 stable',
    )
    expect(worse(errors, { canary: { of: 7 }, stable: { events: 0, of: 0 } })).toBe(
      'errors 0% of 7 canary requests vs 0% of 0 stable',
    )
    expect(worse(errors, { canary: {}, stable })).toBe(
      'errors 0% of 0 canary requests vs 0.4% of 37,800 stable',
    )
  })
})

describe('describeHarm of a conversion', () => {
  const shares = 'conversion 15% of 2,000 in the canary vs 20% of 10,000 in stable'
  const numbers = { canary: arm(300, 2000), stable: arm(2000, 10_000) }

  it.each([
    // a ratio of .75 in .6 to .9 is a drop of 25 % in 10 % to 40 %
    ['at least the least drop', interval(0.75, 0.6, 0.9), ', at least 10% lower'],
    ['about the estimate where the least drop is tolerated', interval(0.75, 0.6, 0.96), ', about 25% lower'],
    ['no drop where the estimate is a rise', interval(1.2, 0.6, 1.4), ', about 0% lower'],
    ['no ratio that is unknown', undefined, ''],
  ])('says %s', (_name, ratio, text) => {
    expect(worse(conversion, { ...numbers, ...(ratio && { ratio }) })).toBe(`${shares}${text}`)
  })

  it.each([
    [0.99, ', about 25% lower'],
    [0.984, ', at least 1.6% lower'],
  ])('gives the bound %s only where it reads as a change', (high, text) => {
    const strict = policyFor({ name: 'conversion', kind: 'conversion', tolerance: 0 })
    expect(worse(strict, { ...numbers, ratio: interval(0.75, 0.6, high) })).toBe(`${shares}${text}`)
  })

  it('says of an arm without attempts that it had none', () => {
    expect(worse(conversion, { canary: {}, stable: {} })).toBe(
      'conversion 0% of 0 in the canary vs 0% of 0 in stable',
    )
  })
})

describe('describeHarm of latency', () => {
  const numbers = { canary: arm(420, 4210), stable: arm(1890, 37_800), bound: 0.25 }
  const shares = '10% of 4,210 canary requests over 250 ms vs 5% of 37,800 stable'

  it.each([
    [
      'the estimate, and the bound beyond the tolerance',
      interval(1.3, 1.12, 1.5),
      ' about 30% slower, at least 12%',
    ],
    ['the estimate alone where the bound is tolerated', interval(1.3, 1.05, 1.5), ' about 30% slower'],
    ['no slowness of an estimate that is faster', interval(0.9, 0.8, 1.5), ' about 0% slower'],
    ['no number that is unknown', undefined, ' slower'],
  ])('says %s', (_name, ratio, text) => {
    expect(worse(p95, { ...numbers, ...(ratio && { ratio }) })).toBe(`p95${text}: ${shares}`)
  })

  it('does not name a bound it does not know', () => {
    expect(worse(p95, { canary: arm(1, 10), stable: {} })).toBe(
      'p95 slower: 10% of 10 canary requests slow vs 0% of 0 stable',
    )
    expect(worse(p95, { canary: {}, stable })).toBe(
      'p95 slower: 0% of 0 canary requests slow vs 0.4% of 37,800 stable',
    )
  })
})

describe('describeHarm of a gauge', () => {
  const numbers = { canary: { value: 800e6 }, stable: { value: 500e6 } }

  it.each([
    ['at least the bound', interval(1.6, 1.4, 1.8), ' at least 40% higher than stable, 800M vs 500M'],
    [
      'about the estimate where the bound is tolerated',
      interval(1.6, 1.1, 2),
      ' about 60% higher than stable, 800M vs 500M',
    ],
    [
      'a rise of late where the whole rollout shows none',
      interval(1, 0.9, 1.1),
      ' higher than stable in the latest slices; over the whole rollout 800M vs 500M',
    ],
    [
      'the same where the ratio is unknown',
      undefined,
      ' higher than stable in the latest slices; over the whole rollout 800M vs 500M',
    ],
    ['the least rise there is', interval(1.001, 0.9, 1.1), ' about 0.1% higher than stable, 800M vs 500M'],
  ])('says %s', (_name, ratio, text) => {
    expect(worse(memory, { ...numbers, ...(ratio && { ratio }) })).toBe(`memory${text}`)
  })

  it('gives unknown levels as 0', () => {
    expect(worse(memory, { canary: {}, stable: {}, ratio: interval(1.6, 1.4, 2) })).toBe(
      'memory at least 40% higher than stable, 0 vs 0',
    )
  })
})

describe('describeHarm of a rule', () => {
  const own = { canary: arm(90, 100), stable: arm(1, 1000) }
  const rule = (name: AbsoluteRule['rule']): AbsoluteRule => ({
    rule: name,
    harm: new Float64Array(12),
    numbers: () => own,
  })

  it('describes a crash with the numbers of its rule', () => {
    const metric = madeMetric(errors, { numbers: { canary, stable }, rules: [rule('limit'), rule('crash')] })
    expect(describeHarm(metric, 'crash', 3)).toBe(
      'errors 90% of 100 canary requests vs 0.1% of 1,000 stable, crashing',
    )
  })

  it('describes it with the numbers of the metric where the rule is missing', () => {
    const metric = madeMetric(errors, { numbers: { canary, stable }, rules: [rule('limit')] })
    expect(describeHarm(metric, 'crash', 3)).toBe(
      'errors 1.9% of 4,210 canary requests vs 0.4% of 37,800 stable, crashing',
    )
  })

  test.each([
    [errors, 'errors over the limit of 1%: 90% of 100 canary requests vs 0.1% of 1,000 stable'],
    [p95, 'p95 over its limit of 300 ms: 90% of 100 canary requests slow vs 0.1% of 1,000 stable'],
  ])('says which limit of $kind is passed', (policy, text) => {
    const metric = madeMetric(policy, { rules: [rule('crash'), rule('limit')] })
    expect(describeHarm(metric, 'limit', 3)).toBe(text)
  })

  it('says which limit of a gauge is passed, and by how much', () => {
    const metric = madeMetric(memory, { numbers: { canary: { value: 700e6 }, stable: { value: 500e6 } } })
    expect(describeHarm(metric, 'limit', 3)).toBe('memory over the limit of 600M: 700M vs 500M')
  })

  it('gives the numbers of the slice of the fail, not of a later one', () => {
    const numbers = (t: number): MetricNumbers => ({ canary: arm(t, 100), stable: arm(1, 100) })
    const at = (t: number): AbsoluteRule => ({ ...rule('crash'), numbers: () => numbers(t) })
    const metric = madeMetric(errors, { numbers, rules: [{ ...at(0), numbers }] })
    expect(describeHarm(metric, 'worse', 7)).toBe('errors 7% of 100 canary requests vs 1% of 100 stable')
    expect(describeHarm(metric, 'crash', 8)).toBe(
      'errors 8% of 100 canary requests vs 1% of 100 stable, crashing',
    )
  })
})
