import { describe, expect, it } from 'vitest'
import { analyze } from '../../../../src/engine/analyze.ts'
import type { Policy } from '../../../../src/engine/model/policy.ts'
import type { RecordedStep, Recording, Sample } from '../../../../src/engine/model/recording.ts'
import type { MetricVerdict, Verdict } from '../../../../src/engine/model/verdict.ts'
import { outcomesBySlice } from '../../../../src/engine/outcomes-by-slice.ts'
import { createRandom } from '../../../../src/simulate/random.ts'
import { sampleNormal } from '../../../../src/simulate/sample-normal.ts'
import { policyOf } from '../../made/recordings.ts'

const [HISTORY, SLICES] = [60, 90]
type Values = (slice: number) => Sample

const orders = (metric: object = {}, other: object = {}): Policy =>
  policyOf([{ name: 'orders', kind: 'series', harm: 'down', ...metric }], { pass: 'balanced', ...other })
const lag = (metric: object = {}, other: object = {}): Policy =>
  policyOf([{ name: 'lag', kind: 'series', harm: 'up', compare: 'difference', tolerance: 2, ...metric }], {
    pass: 'balanced',
    ...other,
  })

/** Independent noise of variance 1, the same for the same number. */
const wobble = (k: number): number => sampleNormal(createRandom(`wobble ${k}`))
const usual: Values = (k) => 100 * Math.exp(0.02 * wobble(k))
const times =
  (factor: number, other = 0): Values =>
  (k) =>
    factor * 100 * Math.exp(0.02 * wobble(k + 500)) + other

const steps: readonly RecordedStep[] = [
  { slice: HISTORY, ends: HISTORY + 15, weight: 25, next: 50 },
  { slice: HISTORY + 15, ends: HISTORY + 30, weight: 50, next: 100 },
]

function recordingOf(policy: Policy, canary: Values, stable: Values = usual, history = HISTORY): Recording {
  const slices = Array.from({ length: SLICES }, (_, k) => k)
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-01-05T10:00:00Z',
    slices: SLICES,
    rolloutStart: history,
    steps: steps.map((step) => ({
      ...step,
      slice: step.slice - HISTORY + history,
      ends: step.ends - HISTORY + history,
    })),
    pods: [
      { name: 'stable', arm: 'stable', aggregate: true },
      { name: 'canary', arm: 'canary', aggregate: true },
    ],
    metrics: Object.fromEntries(
      policy.metrics.map(({ name }) => [
        name,
        {
          kind: 'series' as const,
          value: [slices.map(stable), slices.map((k) => (k < history ? null : canary(k)))],
        },
      ]),
    ),
  }
}

const judge = (policy: Policy, canary: Values, stable?: Values, at = SLICES - 1): Verdict =>
  analyze(recordingOf(policy, canary, stable), policy, at)

function metricOf({ metrics: [metric] }: Verdict): MetricVerdict {
  if (metric === undefined) throw new Error('expected a metric')
  return metric
}

describe('a series that is compared by its ratio', () => {
  it('fails where it changes in the direction of harm, with both levels and how much at least', () => {
    const verdict = judge(orders(), times(0.7), usual, HISTORY + 20)
    expect(verdict.judged).toBe('fail')
    expect(verdict.summary).toMatch(
      /^fail: at \d\d:\d\d orders at least 2\d% lower than stable, (69|70).* vs (99|100).*/,
    )
    const { ratio, harm, tolerance, margin, canary, stable } = metricOf(verdict)
    expect(ratio?.low).toBeLessThan(0.7)
    expect(ratio?.high).toBeGreaterThan(0.7)
    expect(ratio?.high).toBeLessThan(0.9)
    expect({ harm, tolerance, margin }).toEqual({ harm: 'down', tolerance: 0.1, margin: 0.25 })
    expect((canary.value ?? 0) / (stable.value ?? 1)).toBeCloseTo(ratio?.estimate ?? 0, 10)
  })

  it('does not fail where it changes in the other direction', () => {
    const verdict = judge(orders(), times(1.4))
    expect(verdict.judged).toBe('pass')
    expect(metricOf(verdict).evidence).toBeLessThan(0.1)
    expect(judge(orders({ harm: 'up' }), times(1.4)).judged).toBe('fail')
    expect(judge(orders({ harm: 'up' }), times(0.7)).judged).toBe('pass')
  })

  it('passes at the end of a step and says what it does not rule out', () => {
    const policy = orders({ tolerance: '10%', margin: '11%' }, { riskProportional: false })
    const verdict = judge(policy, (k) => (usual(k) ?? 0) * Math.exp(0.5 * wobble(k + 900)))
    expect(verdict.summary).toMatch(/^pass: no sign of harm; not ruled out: orders up to \d\d% lower$/)
  })

  it('passes as shown with what it rules out, where the margin is wide', () => {
    const verdict = judge(orders(), times(1))
    expect(verdict.summary).toMatch(/^pass: orders at most \d(\.\d)?% lower$/)
    expect(verdict.reasons[0]?.code).toBe('within-margin')
    expect(metricOf(verdict).passEvidence).toBeGreaterThan(100)
  })

  it('tolerates what the tolerance says', () => {
    expect(judge(orders({ tolerance: '40%' }), times(0.7)).judged).toBe('pass')
    expect(judge(orders({ critical: true }), times(0.93)).judged).toBe('fail')
    expect(judge(orders(), times(0.93)).judged).toBe('pass')
  })

  it('takes a canary of zero for a large drop', () => {
    const verdict = judge(orders(), () => 0)
    expect(verdict.judged).toBe('fail')
    expect(metricOf(verdict).ratio?.estimate).toBeCloseTo(0.05, 2)
  })

  it.each([0.001, 1000])('judges a level of %d times as it judges any other', (unit) => {
    const scaled =
      (values: Values): Values =>
      (k) =>
        unit * (values(k) ?? 0)
    const [plain, other] = [
      judge(orders(), times(0.88)),
      judge(orders(), scaled(times(0.88)), scaled(usual)),
    ].map(metricOf)
    expect(other?.evidence).toBeCloseTo(plain?.evidence ?? 0, 8)
    expect((other?.passEvidence ?? 0) / (plain?.passEvidence ?? 1)).toBeCloseTo(1, 6)
  })

  it('does not count a change that both arms have', () => {
    const jump = (k: number): number => (k >= HISTORY + 12 ? 3 : 1)
    const both = judge(
      orders(),
      (k) => (times(1)(k) ?? 0) * jump(k),
      (k) => (usual(k) ?? 0) * jump(k),
    )
    expect(both.judged).toBe('pass')
  })

  it('leaves out the first minutes of the canary', () => {
    const policy = orders({}, { warmup: '5m' })
    const cold = (k: number): Sample => (k < HISTORY + 5 ? 1 : (times(1)(k) ?? 0))
    expect(judge(policy, cold).judged).toBe('pass')
    expect(metricOf(judge(policy, cold)).canary.value).toBeCloseTo(100, -1)
    expect(judge(orders({}, { warmup: '4m' }), cold, usual, HISTORY + 12).score).toBeLessThan(
      judge(policy, cold, usual, HISTORY + 12).score,
    )
  })

  it('finds harm that begins late, and says so', () => {
    const late = (k: number): Sample => times(k < HISTORY + 15 ? 1.3 : 0.7)(k)
    const { firstFail } = outcomesBySlice(recordingOf(orders(), late), orders())
    expect(firstFail).toBeGreaterThan(HISTORY + 18)
    expect(judge(orders(), late).summary).toMatch(
      /orders lower than stable in the latest slices; over the whole rollout/,
    )
  })

  it('has no ratio where stable is usually zero', () => {
    const verdict = judge(orders(), times(1), () => 0)
    expect(verdict.reasons.map(({ code }) => code)).toContain('all-zero-stable')
    expect(verdict.judged).toBe('inconclusive')
  })

  it('shows nothing without history, and says what it needs', () => {
    const policy = orders()
    const short = analyze(recordingOf(policy, times(0.5), usual, 29), policy)
    expect(metricOf(short).evidence).toBe(1)
    expect(short.reasons.map(({ code, text }) => [code, text])).toContainEqual([
      'history-short',
      'orders: 29 values of stable before the rollout, 30 needed to learn how it varies; without them it shows neither harm nor its absence',
    ])
    const none = analyze(recordingOf(policy, times(0.5), usual, 0), policy)
    expect(none.reasons.map(({ code }) => code)).toContain('history-missing')
    expect(metricOf(none).evidence).toBe(1)
  })

  it('leaves out bad samples and says so', () => {
    const verdict = judge(orders(), (k) => (k === HISTORY + 9 ? Infinity : times(1)(k)))
    expect(verdict.reasons).toContainEqual({
      code: 'bad-samples',
      metric: 'orders',
      text: 'orders: left out 1 NaN or infinite sample',
    })
    expect(verdict.judged).toBe('pass')
  })

  it.each([
    ['canary', (): Sample => null, usual, 'no-canary-data'],
    ['stable', times(1), (k: number): Sample => (k < HISTORY ? 100 + wobble(k) : null), 'no-stable-data'],
  ] as const)('does not pass without data of the %s', (_, canary, stable, code) => {
    const verdict = judge(orders(), canary, stable)
    expect(verdict.judged).toBe('inconclusive')
    expect(verdict.reasons.map((reason) => reason.code)).toContain(code)
  })

  it('counts several rows of an arm with their mean', () => {
    const policy = orders()
    const one = recordingOf(policy, times(0.8))
    const data = one.metrics['orders']
    if (data?.kind !== 'series') throw new Error('expected a series')
    const [stable, canary] = data.value
    const halves = [0.5, 1.5].map((part) => (canary ?? []).map((y) => y && part * y))
    const two: Recording = {
      ...one,
      pods: [
        { name: 's', arm: 'stable' },
        { name: 'a', arm: 'canary' },
        { name: 'b', arm: 'canary' },
      ],
      metrics: { orders: { kind: 'series', value: [stable ?? null, ...halves] } },
    }
    expect(metricOf(analyze(two, policy)).evidence).toBeCloseTo(metricOf(analyze(one, policy)).evidence, 6)
  })
})

describe('a series that is compared by its difference', () => {
  const around: Values = (k) => wobble(k) / 4
  const off =
    (by: number): Values =>
    (k) =>
      wobble(k + 500) / 4 + by

  it('judges values around zero in their own unit', () => {
    const verdict = judge(lag(), off(5), around)
    expect(verdict.judged).toBe('fail')
    expect(verdict.summary).toMatch(
      /^fail: at \d\d:\d\d lag at least 3\.\d+ higher than stable, 4.99 vs -0.0293$/,
    )
    const metric = metricOf(judge(lag({ margin: 4 }), off(0.5), around))
    expect(metric.ratio).toBeUndefined()
    expect(metric.difference?.low).toBeLessThan(0.5)
    expect(metric.difference?.high).toBeGreaterThan(0.5)
    expect(metric.difference?.high).toBeLessThan(2)
    expect(metric).toMatchObject({ judged: 'pass', tolerance: 2, margin: 4, harm: 'up' })
  })

  it('mirrors itself where less is worse', () => {
    const mirrored =
      (values: Values): Values =>
      (k) =>
        0 - (values(k) ?? 0)
    const up = metricOf(judge(lag({ margin: 6 }), off(2.5), around))
    const down = metricOf(judge(lag({ margin: 6, harm: 'down' }), mirrored(off(2.5)), mirrored(around)))
    expect(down.evidence).toBeCloseTo(up.evidence, 10)
    expect(down.passEvidence).toBeCloseTo(up.passEvidence ?? 0, 10)
    expect(down.difference?.low).toBeCloseTo(0 - (up.difference?.high ?? 0), 12)
    expect(down.difference?.estimate).toBeCloseTo(0 - (up.difference?.estimate ?? 0), 12)
  })

  it('says how large a difference is not ruled out', () => {
    const noisy = judge(
      lag({ margin: 2.1 }, { riskProportional: false }),
      (k) => 4 * wobble(k + 300),
      (k) => 4 * wobble(k),
    )
    expect(noisy.summary).toMatch(/^pass: no sign of harm; not ruled out: lag up to \d(\.\d+)? higher$/)
  })

  it('finds a difference where stable is always zero', () => {
    expect(
      judge(
        lag(),
        () => 5,
        () => 0,
      ).judged,
    ).toBe('fail')
    expect(
      judge(
        lag(),
        () => 1,
        () => 0,
      ).judged,
    ).toBe('pass')
    expect(
      judge(
        lag(),
        () => 0,
        () => 0,
      ).judged,
    ).toBe('pass')
  })

  it('widens the margin before a small step', () => {
    const margins = [HISTORY + 5, SLICES - 1].map(
      (at) => metricOf(judge(lag({ margin: 3 }), off(0), around, at)).margin,
    )
    expect(margins).toEqual([6, 3])
  })
})
