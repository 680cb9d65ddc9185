import { describe, expect, it, test } from 'vitest'
import type { Decided } from '../../../src/engine/decision/decide.ts'
import type { Harm } from '../../../src/engine/explanation/harm-found.ts'
import { metricVerdict, withoutData } from '../../../src/engine/explanation/metric-verdict.ts'
import type { Uncertainty } from '../../../src/engine/explanation/uncertainty.ts'
import type { MetricVerdict, Reason } from '../../../src/engine/model/verdict.ts'
import { arm, from, interval, madeLook, type MadeMetric, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'errors', kind: 'errors', tolerance: 1.2, margin: 1.5 },
  { name: 'conversion', kind: 'conversion', tolerance: '3%', margin: '10%' },
  { name: 'cpu', kind: 'gauge' },
])
const steps = [{ slice: 0, ends: 12, weight: 25, next: 50 }]
const step = { index: 0, from: 0, ends: 12, weight: 25, next: 50 }

interface Asked {
  readonly name?: string
  readonly metric?: MadeMetric
  readonly look?: Partial<Decided>
  readonly open?: readonly Uncertainty[]
  readonly harm?: Harm
}

function verdictOf({ name = 'errors', metric = {}, look = {}, open = [], harm }: Asked): MetricVerdict {
  const run = madeRun(policy, { steps, metrics: { [name]: metric } })
  const evidence = run.metrics.find((candidate) => candidate.policy.name === name)
  if (evidence === undefined) throw new Error('expected a metric')
  return metricVerdict(run, evidence, madeLook(look), { open, harm, comparison: undefined })
}

const reason = (metric: string, text = '-'): Reason => ({ code: 'worse', metric, text })
const harmOf = (metric: string): Harm => ({
  culprits: [{ metric, rule: 'crash' }],
  jointly: false,
  cause: { by: 'path', t: 5 },
  text: '-',
  reasons: [reason(metric, 'first'), reason('other', 'second'), reason(metric, 'third')],
})

describe('metricVerdict', () => {
  it('gives everything that is known about a metric', () => {
    const note: Reason = { code: 'one-pod', metric: 'errors', text: 'errors: one stable pod' }
    const wait: Reason = { code: 'needs-more-data', metric: 'errors', text: 'errors needs more' }
    const ratio = interval(1.1, 0.9, 1.4)
    const numbers = { canary: arm(5, 100), stable: arm(5, 200), ratio, bounds: [0.25], dispersion: 1.7 }
    const metric = { numbers, notes: [note], harm: from(5, 3, 9), pass: from(5, 7, 9) }
    const open = [
      { reason: { ...wait, metric: 'conversion' }, minutes: 99 },
      { reason: wait, minutes: 6.2 },
    ]
    const look = { step }
    expect(verdictOf({ metric, open, look, harm: harmOf('errors') })).toStrictEqual({
      name: 'errors',
      kind: 'errors',
      judged: 'fail',
      required: true,
      canary: { events: 5, of: 100, value: 0.05 },
      stable: { events: 5, of: 200, value: 0.025 },
      ratio,
      bounds: [0.25],
      evidence: expect.closeTo(3, 12),
      passEvidence: expect.closeTo(7, 12),
      tolerance: 1.2,
      // 1 + .5 · 100/50: the next step puts half of the traffic at risk
      margin: 2,
      neededMinutes: 7,
      dispersion: 1.7,
      reasons: [reason('errors', 'first'), reason('errors', 'third'), wait, note],
    })
  })

  it('leaves out what is not known', () => {
    expect(
      verdictOf({ name: 'cpu', metric: { pass: 'nothing to show', canaryPods: from(0, 0) } }),
    ).toStrictEqual({
      name: 'cpu',
      kind: 'gauge',
      judged: 'inconclusive',
      required: false,
      canary: {},
      stable: {},
      evidence: 1,
      tolerance: 1.25,
      reasons: [],
    })
  })

  it('gives the margin of the last step where no step is declared', () => {
    expect(verdictOf({}).margin).toBe(1.5)
    expect(verdictOf({ name: 'conversion' }).margin).toBeCloseTo(0.1, 12)
    expect(verdictOf({ name: 'conversion', look: { step } }).margin).toBeCloseTo(0.2, 12)
  })

  it('has no needed minutes where they are unknown', () => {
    const open = [{ reason: reason('errors') }]
    expect(verdictOf({ open })).not.toHaveProperty('neededMinutes')
    expect(verdictOf({ open }).reasons).toEqual([reason('errors')])
  })

  it('writes evidence beyond what a number holds as a very large one', () => {
    const metric = { harm: from(0, Infinity), pass: from(0, Infinity) }
    const { evidence, passEvidence } = verdictOf({ metric })
    expect([evidence, passEvidence]).toEqual([Math.exp(690), Math.exp(690)])
    expect(verdictOf({ metric: { harm: from(0, 1e299), pass: from(0, 1e299) } })).toMatchObject({
      evidence: expect.closeTo(1e299, -290),
      passEvidence: expect.closeTo(1e299, -290),
    })
  })
})

describe('what metricVerdict judges', () => {
  const judged = (asked: Asked): string => verdictOf({ look: { step }, ...asked }).judged
  const passing = { pass: from(0, 101) }

  test.each([
    ['that has shown to be within its margin passes', { metric: passing }, 'pass'],
    ['that has not shown it is inconclusive', { metric: { pass: from(0, 99) } }, 'inconclusive'],
    ['that shows it only later is inconclusive', { metric: { pass: from(6, 101) } }, 'inconclusive'],
    ['that is found to be worse fails', { metric: passing, harm: harmOf('errors') }, 'fail'],
    ['passes beside another that is worse', { metric: passing, harm: harmOf('conversion') }, 'pass'],
  ])('a metric %s', (_name, asked, expected) => {
    expect(judged(asked)).toBe(expected)
  })

  it('keeps a required metric passed for as long as its step is', () => {
    const look = { step, passedAt: 3, passedBy: 'shown' as const }
    expect(judged({ look })).toBe('pass')
    expect(judged({ name: 'cpu', look })).toBe('inconclusive')
  })

  it('does not pass a metric of which the canary has shown nothing up to the look', () => {
    expect(judged({ metric: { ...passing, canaryPods: from(0, 0) } })).toBe('inconclusive')
    expect(judged({ metric: { ...passing, canaryPods: from(6, 1, 0) } })).toBe('inconclusive')
    expect(judged({ metric: { ...passing, canaryPods: from(5, 1, 0) } })).toBe('pass')
    expect(judged({ metric: { ...passing, canaryPods: [2, ...from(0, 0)] } })).toBe('pass')
  })

  it('asks for the P-value at a gate alone', () => {
    const metric = { passP: () => 0.01 }
    expect(judged({ metric })).toBe('inconclusive')
    expect(judged({ metric, look: { step, atGate: true } })).toBe('pass')
  })
})

test('withoutData says of a metric only why it is missing', () => {
  const why: Reason = {
    code: 'metric-missing',
    metric: 'conversion',
    text: 'conversion: not in the recording',
  }
  const [, conversion] = policy.metrics
  expect(conversion && withoutData(conversion, why)).toStrictEqual({
    name: 'conversion',
    kind: 'conversion',
    judged: 'inconclusive',
    required: true,
    canary: {},
    stable: {},
    evidence: 1,
    tolerance: 0.03,
    reasons: [why],
  })
})
