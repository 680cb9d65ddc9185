import { describe, expect, it } from 'vitest'
import { bothOf } from '../../../../src/engine/evidence/absolute.ts'
import { gaugeMetric } from '../../../../src/engine/kinds/gauge/gauge-metric.ts'
import type { GaugeData } from '../../../../src/engine/model/recording.ts'
import {
  evidenceOf,
  found,
  higher,
  HISTORY,
  judged,
  type Level,
  type MadeGaugeRun,
  memory,
  settingOf,
  SLICES,
  usual,
} from '../../made/gauge-run.ts'

const at = (values: Float64Array, t: number): number => values[t] ?? Number.NaN
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('gaugeMetric', () => {
  it('shows harm beyond the tolerance, by the ratio of levels', () => {
    expect(judged().harm).toEqual(evidenceOf().harm(Math.log(1.1)))
    expect(at(judged().harm, 14)).toBeGreaterThan(Math.log(40))
    expect(judged().policy.name).toBe('memory')
    expect(judged().rules).toEqual([])
  })

  it('passes within the margin, that is wider before the next step puts little at risk', () => {
    const { pass, passP } = { pass: judged().pass(100), passP: judged().passP(100, 14) }
    expect(pass).toEqual(evidenceOf().pass(Math.log(1.3)))
    expect(passP).toBe(evidenceOf().passP(Math.log(1.3), 14))
    expect(judged().pass(50)).toEqual(evidenceOf().pass(Math.log(1.6)))
    expect(judged().passP(50, 14)).toBe(evidenceOf().passP(Math.log(1.6), 14))
    const same = memory({ margin: '30%' }, { riskProportional: false })
    expect(judged({ policy: same }).pass(50)).toEqual(evidenceOf().pass(Math.log(1.3)))
  })

  it('never has to pass without a margin, nor fail at a gate, nor can plan', () => {
    const without = judged({ policy: memory() })
    expect([without.pass(100), without.passP(100, 14)]).toEqual([undefined, undefined])
    expect(judged().harmP(14)).toBeUndefined()
    expect(judged().minutesToPass(100, 14, 0.05)).toBeUndefined()
    expect(judged().minutesToFail(14, 3)).toBeUndefined()
  })

  it('counts slices that have both arms', () => {
    const some = judged({ canary: (j, k) => (k < HISTORY + 3 ? null : higher(j, k)) })
    expect([...some.canaryCounts]).toEqual(Array.from({ length: 15 }, (_, t) => (t < 3 ? 0 : 1)))
    expect(some.stableCounts).toEqual(some.canaryCounts)
  })

  it('judges levels around zero by their difference in stable’s mean size', () => {
    const level: Level = (j, k) => ((j + k) % 5) - 1
    const queue: MadeGaugeRun = { stable: level, canary: (j, k) => (k < HISTORY ? null : 3 * ((j + k) % 5)) }
    // stable's levels −1 to 3 have a mean size of 1.4
    expect(judged(queue).harm).toEqual(evidenceOf(queue).harm(1.1 - 1))
    const { canary, stable, ratio } = judged(queue).numbers(9)
    expect(canary.value).toBeCloseTo(6, 9)
    expect(stable.value).toBeCloseTo(1, 9)
    expect(ratio?.estimate).toBeCloseTo(1 + 5 / 1.4, 9)
  })

  it('can judge from the slice on in which stable has shown its scale', () => {
    expect(judged().judgeableFrom).toBe(0)
    const late: MadeGaugeRun = { stable: (j, k) => (k < HISTORY + 4 ? 0 : usual(j, k)) }
    expect(judged(late).judgeableFrom).toBe(4)
  })
})

describe('gaugeMetric numbers', () => {
  it('are the mean levels in slices with both arms, and the ratio with its interval', () => {
    const { canary, stable, ratio } = judged().numbers(9)
    const { meanDifference, information } = evidenceOf()
    const logs = (level: Level, pods: number): number =>
      mean(
        Array.from({ length: 10 }, (_, t) =>
          mean(Array.from({ length: pods }, (_pod, j) => Math.log(level(j, HISTORY + t) ?? NaN))),
        ),
      )
    expect(canary.value).toBeCloseTo(Math.exp(logs(higher, 2)), 9)
    expect(stable.value).toBeCloseTo(Math.exp(logs(usual, 5)), 9)
    // normal mixture with a prior sd of .3: |d̄ − δ| < √((I+ρ) ln((I+ρ)/(ρ .05²)))/I
    const [I, prior] = [at(information, 9), 1 / 0.09]
    const half = Math.sqrt((I + prior) * Math.log((I + prior) / (prior * 0.05 ** 2))) / I
    const d = at(meanDifference, 9)
    expect(d).toBeCloseTo(logs(higher, 2) - logs(usual, 5), 12)
    expect(ratio).toEqual({
      estimate: expect.closeTo(Math.exp(d), 12),
      low: expect.closeTo(Math.exp(d - half), 12),
      high: expect.closeTo(Math.exp(d + half), 12),
    })
  })

  it('leave out slices without both arms', () => {
    const gaps: MadeGaugeRun = {
      canary: (j, k) => (k % 3 === 0 ? null : higher(j, k)),
      stable: (j, k) => (k % 5 === 0 ? null : usual(j, k)),
    }
    const slices = Array.from({ length: 10 }, (_, t) => HISTORY + t).filter((k) => k % 3 !== 0 && k % 5 !== 0)
    const logs = (level: Level, pods: number): number =>
      mean(slices.map((k) => mean(Array.from({ length: pods }, (_pod, j) => Math.log(level(j, k) ?? NaN)))))
    const { canary, stable } = judged(gaps).numbers(9)
    expect(canary.value).toBeCloseTo(Math.exp(logs(higher, 2)), 9)
    expect(stable.value).toBeCloseTo(Math.exp(logs(usual, 5)), 9)
  })

  it('are none before there are both arms', () => {
    const late = judged({ canary: (j, k) => (k < HISTORY + 3 ? null : higher(j, k)) })
    expect(late.numbers(2)).toStrictEqual({ canary: {}, stable: {} })
    expect(late.numbers(3).ratio).toBeDefined()
    expect(late.numbers(99).canary.value).toBeDefined()
    expect(late.numbers(99).ratio).toBeUndefined()
  })
})

describe('gaugeMetric limit', () => {
  const limited = memory({ limit: 120 })

  it('is broken where the canary is above it, and above stable', () => {
    const { rules } = judged({ policy: limited })
    const evidence = evidenceOf()
    const { plan } = settingOf({}).window
    expect(rules).toHaveLength(1)
    expect(rules[0]).toMatchObject({
      rule: 'limit',
      harm: bothOf(evidence.above(Math.log(120)), evidence.harm(0), plan),
    })
    expect(at(rules[0]?.harm ?? new Float64Array(0), 14)).toBeGreaterThan(1)
    expect(rules[0]?.numbers(9)).toEqual(judged().numbers(9))
  })

  it('is the canary’s alone with all traffic on it', () => {
    const both: MadeGaugeRun = { policy: limited, stable: (j, k) => (usual(j, k) ?? 0) * 1.5 }
    const all = [{ slice: HISTORY, ends: SLICES, weight: 100 }]
    const alone = judged({ ...both, steps: all }).rules[0]?.harm
    expect(alone).toEqual(evidenceOf(both).above(Math.log(120)))
    expect(at(judged(both).rules[0]?.harm ?? new Float64Array(0), 14)).toBeLessThan(0)
  })
})

describe('gaugeMetric notes', () => {
  it('are none where all is well', () => {
    expect(judged().notes).toEqual([])
  })

  it('say that differences between pods are assumed', () => {
    const note = {
      code: 'history-short',
      metric: 'memory',
      text: 'memory: too little history or too few stable pods, differences between pods are assumed',
    }
    expect(judged({ stablePods: 3 }).notes).toEqual([note])
    expect(judged({ history: 59 }).notes).toEqual([note])
  })

  it('name samples that are left out first', () => {
    const strange: Level = (j, k) => (k === HISTORY ? Number.NaN : k === HISTORY + 1 ? -1 : higher(j, k))
    const { notes } = judged({ canary: strange, stablePods: 3 })
    expect(notes.map(({ code, text }) => `${code} ${text}`)).toEqual([
      'bad-samples memory: left out 2 NaN or infinite, 2 zero or negative samples',
      'history-short memory: too little history or too few stable pods, differences between pods are assumed',
    ])
  })
})

describe('gaugeMetric says which arm is silent', () => {
  it.each([
    ['both there', {}, true, true],
    ['no level of the canary', { canary: () => null }, false, true],
    [
      'a canary before the rollout only',
      { canary: (_j: number, k: number) => (k < HISTORY ? 5 : null) },
      false,
      true,
    ],
    [
      'a canary in the last slice',
      { canary: (_j: number, k: number) => (k === SLICES - 1 ? 5 : null) },
      true,
      true,
    ],
    [
      'a canary in the first slice',
      { canary: (_j: number, k: number) => (k === HISTORY ? 5 : null) },
      true,
      true,
    ],
    [
      'stable before the rollout only',
      { stable: (j: number, k: number) => (k < HISTORY ? usual(j, k) : null) },
      true,
      false,
    ],
    [
      'one canary pod of two',
      { canary: (j: number, k: number) => (j === 0 ? null : higher(j, k)) },
      true,
      true,
    ],
  ])('%s', (_name, made, hasCanary, hasStable) => {
    expect(judged(made)).toMatchObject({ hasCanary, hasStable })
  })

  const zero: Level = () => 0
  const before =
    (level: Level): Level =>
    (j, k) =>
      k < HISTORY ? level(j, k) : null
  it.each([
    ['nobody', { canary: () => null, stable: () => null }, 'no-canary-data', 'no data of the canary'],
    [
      'a canary before the rollout alone',
      { canary: before(() => 5), stable: zero },
      'no-canary-data',
      'no data of the canary',
    ],
    [
      'a canary of NaN',
      { canary: () => Number.NaN, stable: zero },
      'no-canary-data',
      'no data of the canary',
    ],
    ['the canary alone', { stable: () => null }, 'no-stable-data', 'no data of stable'],
    ['stable of infinities', { stable: () => Infinity }, 'no-stable-data', 'no data of stable'],
    [
      'stable of zero',
      { stable: zero },
      'all-zero-stable',
      'stable is zero throughout, there is nothing to be relative to',
    ],
    [
      'stable of zero in history',
      { stable: before(zero) },
      'all-zero-stable',
      'stable is zero throughout, there is nothing to be relative to',
    ],
  ] as const)('where nothing can be compared: %s', (_name, made, code, text) => {
    expect(found(made)).toEqual({ code, metric: 'memory', text: `memory: ${text}` })
  })

  it('a canary in the very first slice of the rollout is there', () => {
    const first: Level = (_j, k) => (k === HISTORY ? 5 : null)
    expect(found({ canary: first, stable: zero })).toMatchObject({ code: 'all-zero-stable' })
  })

  it('a metric that no pod has is silent', () => {
    const { metric, window, policy, pods } = settingOf({})
    const data: GaugeData = { kind: 'gauge', value: pods.map(() => null) }
    expect(gaugeMetric(metric, data, { pods, window, policy, sliceSeconds: 60 })).toMatchObject({
      code: 'no-canary-data',
    })
  })
})
