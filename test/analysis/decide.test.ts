import { describe, expect, it } from 'vitest'
import {
  decidePath,
  type Decided,
  failThreshold,
  metricPasses,
  passThreshold,
} from '../../src/analysis/decide.ts'
import type { RunEvidence } from '../../src/analysis/gather.ts'
import type { MetricEvidence } from '../../src/analysis/metric-evidence.ts'
import type { Policy } from '../../src/analysis/policy.ts'
import { rolloutPlan } from '../../src/analysis/rollout-plan.ts'
import { score } from '../../src/analysis/score.ts'
import { handMade, policyOf } from './recordings.ts'

const T = 12
const steps = [
  { slice: 0, ends: 6, weight: 25, next: 50 },
  { slice: 6, ends: 12, weight: 50, next: 100 },
]
const named = (other: object = {}): Policy =>
  policyOf([{ name: 'errors', kind: 'errors' }], { soak: '3m', ...other })

interface Made {
  readonly policy?: Policy
  readonly stepped?: boolean
  /** e-values by slice. */
  readonly harm?: readonly number[]
  readonly pass?: readonly number[]
  readonly harmP?: (t: number) => number | undefined
  readonly passP?: (t: number) => number | undefined
  readonly counts?: readonly number[]
  readonly knownFrom?: number
  readonly obstacle?: string
}

/** A run whose evidence is written down, not computed. */
function runOf(made: Made): RunEvidence {
  const policy = made.policy ?? named()
  const base = handMade({ history: 0, slices: T })
  const recording = made.stepped === false ? base : { ...base, steps }
  const [own] = policy.metrics
  if (own === undefined) throw new Error('expected a metric')
  const path = (values: readonly number[] | undefined): Float64Array =>
    Float64Array.from({ length: T }, (_, t) => Math.log(values?.[t] ?? 1))
  const harm = path(made.harm)
  const counts = Float64Array.from({ length: T }, (_, t) => made.counts?.[t] ?? 1)
  const metric: MetricEvidence = {
    policy: own,
    knownFrom: made.knownFrom ?? 0,
    harm,
    rules: [],
    pass: () => path(made.pass),
    harmP: made.harmP ?? (() => undefined),
    passP: (_next, t) => made.passP?.(t),
    canaryCounts: counts,
    stableCounts: counts,
    hasCanary: true,
    hasStable: true,
    notes: [],
    numbers: () => ({ canary: {}, stable: {} }),
    minutesToPass: () => undefined,
    minutesToFail: () => undefined,
  }
  const code = made.obstacle
  return {
    recording,
    policy,
    plan: rolloutPlan(recording, T),
    metrics: [metric],
    obstacles:
      code === undefined
        ? []
        : [{ metric: own, reason: { code: code === 'down' ? 'source-down' : 'metric-missing', text: '-' } }],
    components: [{ metric: own.name, rule: 'worse', weight: 1, harm }],
    gateWeights: new Map([[own.name, 1]]),
  }
}

const judged = (made: Made): string =>
  decidePath(runOf(made))
    .map((look) => look.judged.charAt(0))
    .join('')
const lookAt = (made: Made, t: number): Decided => {
  const look = decidePath(runOf(made))[t]
  if (look === undefined) throw new Error('expected a look')
  return look
}
const from = (t: number, value: number): readonly number[] =>
  Array.from({ length: T }, (_, k) => (k < t ? 1 : value))
const only = (t: number, value: number): readonly number[] =>
  Array.from({ length: T }, (_, k) => (k === t ? value : 1))

describe('decidePath', () => {
  it('fails where the path reaches 2/α with gates, 1/α without, and a fail stays', () => {
    expect(judged({ harm: only(4, 40.01) })).toBe('iiiiffffffff')
    expect(judged({ harm: only(4, 39.99) })).toBe('iiiiiiiiiiii')
    expect(judged({ harm: only(4, 20.01), stepped: false })).toBe('iiiiffffffff')
    expect(judged({ harm: only(4, 19.99), stepped: false })).toBe('iiiiiiiiiiii')
    expect(lookAt({ harm: only(4, 41) }, 9).failed).toEqual({ by: 'path', t: 4 })
  })

  it('fails at a gate at its share of α/2, and nowhere else', () => {
    // two gates: 1/5 and 4/5
    expect(judged({ harmP: () => 0.0049 })).toBe('iiiiifffffff')
    expect(judged({ harmP: () => 0.0051 })).toBe('iiiiiiiiiiif')
    expect(judged({ harmP: () => 0.021 })).toBe('iiiiiiiiiiii')
    expect(judged({ harmP: (t) => (t === 5 ? undefined : 0) })).toBe('iiiiiiiiiiif')
    expect(lookAt({ harmP: () => 0 }, 8).failed).toEqual({ by: 'gate', t: 5, metrics: ['errors'] })
  })

  it('passes a step where e reaches 1/(.2 β), without gates 1/β, after the soak, and a pass stays for the step', () => {
    expect(judged({ pass: only(3, 100.1) })).toBe('iiipppiiiiii')
    expect(judged({ pass: only(3, 99.9) })).toBe('iiiiiiiiiiii')
    expect(judged({ pass: from(0, 101) })).toBe('iippppiipppp')
    expect(judged({ pass: only(4, 20.1), stepped: false })).toBe('iiiipiiiiiii')
    expect(lookAt({ pass: only(3, 101) }, 5).passedAt).toBe(3)
  })

  it('passes at a gate at .8 β', () => {
    expect(judged({ passP: () => 0.0399 })).toBe('iiiiipiiiiip')
    expect(judged({ passP: () => 0.0401 })).toBe('iiiiiiiiiiii')
  })

  it('skips the gate of a step that has passed', () => {
    expect(judged({ pass: only(3, 101), harmP: (t) => (t === 5 ? 0 : 1) })).toBe('iiipppiiiiii')
  })

  it('counts mature slices of the step alone', () => {
    const counts = [0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1]
    expect(judged({ pass: from(0, 101), counts })).toBe('iiiiiiiiippp')
    const looks = decidePath(runOf({ counts }))
    expect(looks.map(({ mature }) => mature)).toEqual([0, 0, 0, 0, 1, 2, 1, 1, 2, 3, 4, 5])
    expect(judged({ pass: from(0, 101), counts: only(0, 0).map(() => 0), policy: named({ soak: 0 }) })).toBe(
      'iiiiiiiiiiii',
    )
  })

  it('neither fails at a gate, matures nor passes on a metric before it is known', () => {
    const policy = named({ soak: 0 })
    expect(judged({ policy, pass: from(0, 101), knownFrom: 2 })).toBe('iipppppppppp')
    expect(judged({ harmP: () => 0, knownFrom: 6 })).toBe('iiiiiiiiiiif')
    expect(
      decidePath(runOf({ knownFrom: 2 }))
        .map(({ mature }) => mature)
        .slice(0, 4),
    ).toEqual([0, 0, 3, 4])
  })

  it('does not pass over a required metric that is missing', () => {
    expect(judged({ pass: from(0, 101), obstacle: 'missing' })).toBe('iiiiiiiiiiii')
  })

  it.each([
    ['onInconclusive', {}, undefined],
    ['onNoData', { counts: from(0, 0) }, undefined],
    ['onSourceDown', {}, 'down'],
  ] as const)('answers with %s from the gate on, until the next step begins', (rule, other, obstacle) => {
    const made = {
      policy: named({ [rule]: 'proceed' }),
      ...other,
      ...(obstacle === undefined ? {} : { obstacle }),
    }
    const verdicts = decidePath(runOf(made)).map(({ verdict }) => verdict.charAt(0))
    expect(verdicts.join('')).toBe('iiiiipiiiiip')
    expect(lookAt(made, 5).rule).toEqual({ rule, outcome: 'pass', held: false })
    const failing = { ...made, policy: named({ [rule]: 'fail' }) }
    expect(
      decidePath(runOf(failing))
        .map(({ verdict }) => verdict.charAt(0))
        .join(''),
    ).toBe('iiiiifffffff')
    expect(lookAt(failing, 11).failedByRule).toEqual({ rule, outcome: 'fail', held: false })
  })

  it('holds for as long as the policy says, then does what it says', () => {
    const long = [{ slice: 0, ends: 4, weight: 25, next: 100 }]
    const held = (then: string): string => {
      const policy = named({ hold: { for: '3m', then } })
      const run = runOf({ policy })
      const recording = { ...run.recording, steps: long }
      return decidePath({ ...run, recording, plan: rolloutPlan(recording, T) })
        .map(
          ({ verdict, rule }) =>
            `${verdict.charAt(0)}${rule?.held === true ? '.' : rule?.rule === 'hold' ? '!' : ''}`,
        )
        .join('')
    }
    expect(held('ask')).toBe('iiii.i.i.i!i!i!i!i!i!')
    expect(held('proceed')).toBe('iiii.i.i.p!p!p!p!p!p!')
    expect(held('fail')).toBe('iiii.i.i.f!f!f!f!f!f!')
  })

  it('answers by mode and approval', () => {
    const answers = (made: Made): string =>
      decidePath(runOf(made))
        .map(({ verdict }) => verdict.charAt(0))
        .join('')
    const harm = from(4, 41)
    expect(answers({ harm, policy: named({ mode: 'pause' }) })).toBe('iiiiiiiiiiii')
    expect(answers({ harm, policy: named({ mode: 'observe' }) })).toBe('pppppppppppp')
    expect(answers({ pass: from(0, 101), policy: named({ approval: 'manual' }) })).toBe('iiiiiiiiiiii')
    expect(answers({ pass: from(0, 101), policy: named({ approval: 'hybrid' }) })).toBe('iippppiipppp')
  })
})

describe('thresholds', () => {
  it('are halves of α and a fifth of β with gates, all of them without', () => {
    const [gated, plain] = [runOf({}), runOf({ stepped: false })]
    expect([failThreshold(gated), failThreshold(plain)]).toEqual([
      expect.closeTo(Math.log(40), 12),
      expect.closeTo(Math.log(20), 12),
    ])
    expect([passThreshold(gated), passThreshold(plain)]).toEqual([
      expect.closeTo(Math.log(100), 12),
      expect.closeTo(Math.log(20), 12),
    ])
  })
})

describe('metricPasses', () => {
  it('is true of a metric that has nothing to show', () => {
    const run = runOf({})
    const [metric] = run.metrics
    expect(metric && metricPasses(run, { ...metric, pass: () => undefined }, 100, 0, false)).toBe(true)
  })
})

describe('score', () => {
  const scoreAt = (made: Made, t = 4): number => score(runOf(made), lookAt(made, t))

  it('is 0 for a fail, 100 for a pass, 50 without evidence', () => {
    expect(scoreAt({ harm: from(0, 50) })).toBe(0)
    expect(scoreAt({ pass: from(0, 101) })).toBe(100)
    expect(scoreAt({})).toBe(50)
  })

  it('moves by 49 on the scale of ln e towards either threshold', () => {
    expect(scoreAt({ harm: from(0, Math.sqrt(40)) })).toBe(Math.round(50 - 49 / 2))
    expect(scoreAt({ pass: from(0, 10) })).toBe(Math.round(50 + 49 / 2))
    expect(scoreAt({ pass: from(0, 0.01), harm: from(0, 0.01) })).toBe(50)
    expect(scoreAt({ pass: from(0, 99.99) })).toBe(99)
    expect(scoreAt({ harm: from(0, 39.99) })).toBe(1)
  })

  it('gives no credit without mature traffic or with a required metric missing', () => {
    expect(scoreAt({ pass: from(0, 50), counts: from(0, 0) })).toBe(50)
    expect(scoreAt({ pass: from(0, 50), obstacle: 'missing' })).toBe(50)
  })
})
