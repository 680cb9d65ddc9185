import { describe, expect, it } from 'vitest'
import type { MetricEvidence, MetricNumbers } from '../../../src/engine/evidence/metric-evidence.ts'
import { armOf } from '../made/arm-slices.ts'
import { found, four, one, T } from './doubts.ts'
import { policyOf } from '../made/recordings.ts'

const nothing = new Float64Array(T)
const only = (...slices: readonly number[]): Float64Array =>
  Float64Array.from({ length: T }, (_, t) => (slices.includes(t) ? 1 : 0))
const ratio = (low: number, high: number, of?: number) => (): MetricNumbers => ({
  canary: of === undefined ? {} : { of },
  stable: {},
  ratio: { estimate: Math.sqrt(low * high), low, high },
})

describe('uncertainties of a metric that an arm says nothing about', () => {
  it.each([
    [
      'no sample of the canary',
      { hasCanary: false, hasStable: false },
      'no-canary-data',
      'no data of the canary',
    ],
    [
      'no sample of stable',
      { hasStable: false, stableCounts: nothing },
      'no-stable-data',
      'no data of stable',
    ],
    [
      'no traffic in stable',
      { stableCounts: nothing, canaryCounts: nothing },
      'no-stable-traffic',
      'stable has no traffic',
    ],
    ['no traffic in stable yet', { stableCounts: only(6) }, 'no-stable-traffic', 'stable has no traffic'],
    ['no traffic in the canary', { canaryCounts: nothing }, 'no-canary-traffic', 'the canary has no traffic'],
    [
      'no traffic in the canary yet',
      { canaryCounts: only(6) },
      'no-canary-traffic',
      'the canary has no traffic',
    ],
  ] as const)('names %s', (_name, errors, code, text) => {
    expect(found({ metrics: { errors } })).toEqual([one(code, 'errors', `: ${text}`)])
  })

  it('is none of that from the slice of the look on', () => {
    const numbers = { canaryCounts: only(5), stableCounts: only(5) }
    expect(found({ metrics: { errors: numbers } })).toEqual([
      one('needs-more-data', 'errors', ' needs more events'),
    ])
  })

  const trafficFrom = (born: number): Partial<MetricEvidence> => {
    const canary = armOf(
      [],
      Array.from({ length: T }, (_, t) => (t < born ? 0 : 100)),
    )
    return { canaryCounts: nothing, traffic: { canary, stable: canary } }
  }

  it.each([
    // the look is five slices after the start, with three minutes of warm-up
    ['just now', 5, 60, 3, '3 more minutes'],
    ['a slice ago', 4, 60, 2, '2 more minutes'],
    ['half a minute less ago than they warm up', 0, 30, 1, '1 more minute'],
    ['two slices of 15 s ago', 3, 15, 2.5, '3 more minutes'],
  ])('says how long pods warm up that had traffic %s', (_name, born, sliceSeconds, minutes, text) => {
    expect(found({ metrics: { errors: trafficFrom(born) }, sliceSeconds })).toEqual([
      one('warming-up', 'errors', `: canary pods are warming up, ${text}`, minutes),
    ])
  })

  it('does not say minute after minute that pods which never live long need one more', () => {
    expect(found({ metrics: { errors: trafficFrom(0) } })).toEqual([
      one('no-canary-traffic', 'errors', ': no canary pod past its warm-up has traffic'),
    ])
  })

  it('warms up from the first slice on', () => {
    expect(found({ metrics: { errors: trafficFrom(0) }, look: { t: 0 } })).toEqual([
      one('warming-up', 'errors', ': canary pods are warming up, 3 more minutes', 3),
    ])
  })

  it('does not wait for traffic that came after the look, or never', () => {
    for (const born of [6, T]) {
      expect(found({ metrics: { errors: trafficFrom(born) } })).toEqual([
        one('no-canary-traffic', 'errors', ': the canary has no traffic'),
      ])
    }
  })
})

describe('uncertainties of a metric that has not passed', () => {
  it('is none where the metric passes, by its evidence or at its gate', () => {
    const log = Math.log(20)
    expect(found({ metrics: { errors: { pass: () => new Float64Array(T).fill(log + 0.01) } } })).toEqual([])
    expect(found({ metrics: { errors: { pass: () => new Float64Array(T).fill(log - 0.01) } } })).toHaveLength(
      1,
    )
    expect(found({ metrics: { memory: { pass: () => undefined } } })).toEqual([])
    const passP = () => 0.01
    expect(found({ metrics: { errors: { passP } }, look: { atGate: true } })).toEqual([])
    expect(found({ metrics: { errors: { passP } }, look: { atGate: false } })).toHaveLength(1)
  })

  it('asks for the margin of the step, and of all traffic without steps', () => {
    const asked: number[] = []
    const errors: Partial<MetricEvidence> = {
      pass: (next) => (asked.push(next), nothing),
      minutesToPass: (next, t, beta) => (asked.push(next, t, beta), undefined),
    }
    found({ metrics: { errors }, look: { step: { index: 0, from: 0, ends: 9, weight: 5, next: 25 } } })
    found({ metrics: { errors }, policy: four({ missedHarm: 0.02 }) })
    expect(asked).toEqual([25, 25, 5, 0.05, 100, 100, 5, 0.02])
  })

  it.each([
    ['minutes', 12.4, 'needs 8 to 19 more minutes at this traffic', 12.4],
    ['next to nothing', 0.2, 'needs 1 to 3 more minutes at this traffic', 1],
    ['hours', 300, 'needs 4 to 8 more hours at this traffic', 300],
    ['nobody knows how long', undefined, 'needs more events', undefined],
  ])('says how long a pass takes: %s', (_name, needed, text, minutes) => {
    expect(found({ metrics: { errors: { minutesToPass: () => needed } } })).toEqual([
      one('needs-more-data', 'errors', ` ${text}`, minutes),
    ])
  })

  it('says where no traffic will ever do, and what would', () => {
    const errors = { minutesToPass: () => Infinity, numbers: ratio(0.8, 2, 500) }
    const text =
      ': pods differ by more than the margin allows, so this cannot be shown: more canary pods or a wider margin would help'
    expect(found({ metrics: { errors } })).toEqual([one('not-decidable', 'errors', text)])
  })

  it('says where it is the data that cannot show it, however long', () => {
    const whyUndecidable = (next: number, t: number): string => `blind at ${next} in ${t}`
    const text = { code: 'histogram-too-coarse', metric: 'p95', text: 'blind at 100 in 5' }
    expect(found({ metrics: { p95: { minutesToPass: () => Infinity, whyUndecidable } } })).toEqual([
      { reason: text },
    ])
    expect(found({ metrics: { p95: { minutesToPass: () => 6, whyUndecidable } } })[0]?.minutes).toBe(6)
    const sees = { minutesToPass: () => Infinity, whyUndecidable: () => undefined }
    expect(found({ metrics: { p95: sees } })[0]?.reason.code).toBe('not-decidable')
  })

  it.each([
    [20, 8, 8],
    [8, 20, 8],
    [undefined, 8, 8],
    [20, undefined, 20],
    [Infinity, 8, 8],
  ])('takes the sooner of a pass (%s) and a fail (%s)', (toPass, toFail, minutes) => {
    const errors = { minutesToPass: () => toPass, minutesToFail: () => toFail }
    expect(found({ metrics: { errors } })[0]?.minutes).toBe(minutes)
  })

  it('asks when the metric alone would reach the threshold of all, by its weight', () => {
    const asked: (readonly number[])[] = []
    const errors: Partial<MetricEvidence> = { minutesToFail: (t, log) => (asked.push([t, log]), undefined) }
    const harm = nothing
    const components = [
      { metric: 'p95', rule: 'worse', weight: 0.5, harm },
      { metric: 'errors', rule: 'crash', weight: 0.1, harm },
      { metric: 'errors', rule: 'worse', weight: 0.25, harm },
    ] as const
    found({ metrics: { errors }, other: { components } })
    found({ metrics: { errors } })
    // 1/α over the metric's weight; a metric without a weight needs no more than all metrics together
    expect(asked).toEqual([
      [5, expect.closeTo(Math.log(20 / 0.25), 12)],
      [5, expect.closeTo(Math.log(20), 12)],
    ])
  })
})

describe('uncertainties say where a metric stands', () => {
  const standing = (name: string, numbers: () => MetricNumbers): string | undefined =>
    found({ metrics: { [name]: { numbers } } })[0]?.reason.text

  it.each([
    ['errors as a ratio', 'errors', ratio(0.84, 3.1), "so far 0.84 to 3.1 times stable's"],
    ['errors many times as many', 'errors', ratio(12.3, 31), "so far 12 to 31 times stable's"],
    ['latency as a change', 'p95', ratio(0.95, 1.12), 'so far -5% to +12%'],
    ['latency a hair below', 'p95', ratio(1 - 3e-16, 1.12), 'so far +0% to +12%'],
    ['latency no better', 'p95', ratio(1, 1.12), 'so far +0% to +12%'],
    ['conversion as a change', 'sales', ratio(0.6, 0.9), 'so far -40% to -10%'],
    ['a level as a change', 'memory', ratio(1.1, 2.5), 'so far +10% to +150%'],
    ['an interval just narrow enough', 'p95', ratio(0.5, 50), 'so far -50% to +4900%'],
  ])('%s', (_name, name, numbers, text) => {
    expect(standing(name, numbers)).toBe(`${name} needs more events, ${text}`)
  })

  it.each([
    ['an interval too wide to tell', 'errors', ratio(0.5, 50.1, 4210), ', so far 4,210 canary requests'],
    ['an interval down to zero', 'p95', ratio(0, 3, 12), ', so far 12 canary requests'],
    ['no interval', 'sales', () => ({ canary: { of: 7 }, stable: {} }), ', so far 7 canary attempts'],
    ['one request', 'errors', () => ({ canary: { of: 1 }, stable: {} }), ', so far 1 canary request'],
    ['one attempt', 'sales', () => ({ canary: { of: 1 }, stable: {} }), ', so far 1 canary attempt'],
    ['a level too wide to tell', 'memory', ratio(0.1, 20), ''],
    ['nothing', 'memory', () => ({ canary: {}, stable: {} }), ''],
  ])('by the requests there are: %s', (_name, name, numbers, text) => {
    expect(standing(name, numbers)).toBe(`${name} needs more events${text}`)
  })

  it('after how long it takes', () => {
    const p95 = { numbers: ratio(0.95, 1.12), minutesToPass: () => 6 }
    expect(found({ metrics: { p95 } })).toEqual([
      one('needs-more-data', 'p95', ' needs 4 to 9 more minutes at this traffic, so far -5% to +12%', 6),
    ])
  })
})

describe('uncertainties of a run', () => {
  it('come with the most important first', () => {
    const policy = four({ soak: '5m' })
    const [errors] = policy.metrics
    if (errors === undefined) throw new Error('expected a metric')
    const reason = { code: 'source-down', metric: 'errors', text: 'the source is down' } as const
    const all = found({
      policy,
      metrics: {
        sales: {},
        p95: { canaryCounts: nothing },
        memory: { rules: [{ rule: 'crash', harm: nothing, numbers: () => ({ canary: {}, stable: {} }) }] },
      },
      other: { obstacles: [{ metric: errors, reason }] },
      look: { bothFailing: true },
    })
    expect(all).toEqual([
      {
        reason: {
          code: 'both-arms-failing',
          metric: 'memory',
          text: 'both arms fail more than 10% of their requests, so stable is no measure',
        },
      },
      { reason },
      one('no-canary-traffic', 'p95', ': the canary has no traffic'),
      one('needs-more-data', 'sales', ' needs more events'),
      one('needs-more-data', 'memory', ' needs more events'),
      {
        reason: { code: 'soaking', text: 'the step soaks for 2 more minutes of traffic past the warm-up' },
        minutes: 2,
      },
    ])
  })

  it('leave out what is not required', () => {
    const policy = policyOf(
      [
        { name: 'errors', kind: 'errors', required: false },
        { name: 'p95', kind: 'latency' },
      ],
      { soak: 0 },
    )
    const p95 = { pass: () => new Float64Array(T).fill(9) }
    const [errors] = policy.metrics
    if (errors === undefined) throw new Error('expected a metric')
    const reason = { code: 'metric-missing', metric: 'errors', text: 'errors: not in the recording' } as const
    expect(found({ policy, metrics: { errors: {}, p95 } })).toEqual([])
    expect(found({ policy, metrics: { errors: { hasCanary: false }, p95 } })).toEqual([])
    expect(found({ policy, metrics: { p95 }, other: { obstacles: [{ metric: errors, reason }] } })).toEqual(
      [],
    )
  })

  it('name both arms failing without a metric where none watches for crashes', () => {
    const limit = { rule: 'limit', harm: nothing, numbers: () => ({ canary: {}, stable: {} }) } as const
    const text = 'both arms fail more than 10% of their requests, so stable is no measure'
    expect(
      found({ metrics: { memory: { rules: [limit], pass: () => undefined } }, look: { bothFailing: true } }),
    ).toStrictEqual([{ reason: { code: 'both-arms-failing', text } }])
  })

  it.each([
    [3, 60, '7 more minutes', 7],
    [1, 60, '9 more minutes', 9],
    [9, 60, '1 more minute', 1],
    [3, 15, '10 more minutes', 9.25],
  ])(
    'soak for what is left of ten minutes after %d slices of %d s',
    (mature, sliceSeconds, text, minutes) => {
      expect(found({ policy: four({ soak: '10m' }), look: { mature }, sliceSeconds })).toEqual([
        {
          reason: { code: 'soaking', text: `the step soaks for ${text} of traffic past the warm-up` },
          minutes,
        },
      ])
    },
  )

  it('do not soak before there is traffic, or when it is done', () => {
    expect(found({ policy: four({ soak: '10m' }), look: { mature: 0 } })).toEqual([])
    expect(found({ policy: four({ soak: '10m' }), look: { mature: 10 } })).toEqual([])
    expect(found({ policy: four({ soak: '10m' }), look: { mature: 12 } })).toEqual([])
  })
})
