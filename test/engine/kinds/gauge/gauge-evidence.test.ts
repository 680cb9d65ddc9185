import { describe, expect, it } from 'vitest'
import { type GaugeEvidence, gaugeEvidence } from '../../../../src/engine/kinds/gauge/gauge-evidence.ts'
import type { GaugeLevels } from '../../../../src/engine/kinds/gauge/gauge-levels.ts'
import { type GaugeNoise, learnGaugeNoise } from '../../../../src/engine/kinds/gauge/gauge-noise.ts'
import { noBadSamples } from '../../../../src/engine/counts/pod-counts.ts'
import { createRandom, uniform } from '../../../../src/simulate/random.ts'
import { HISTORY, type Level, type MadeGauge, naiveGauge, rowsOf } from '../../naive/naive-gauge.ts'

function evidenceOf(made: MadeGauge): GaugeEvidence {
  const levels: GaugeLevels = {
    rows: rowsOf(made),
    bad: noBadSamples(),
    from: HISTORY,
    toScale: Math.log,
    fromScale: Math.exp,
    ratioToScale: Math.log,
    scaleToRatio: Math.exp,
  }
  const plan = { slices: made.slices, gates: 0, steps: [], restarts: [] }
  return gaugeEvidence(levels, { start: HISTORY, plan, warmup: 3 }, made.sliceSeconds ?? 60)
}

/** Levels that wander around a level that each pod has. */
function wandering(label: string, spread: number): Level {
  const known = new Map<string, number>()
  return (j, t) => {
    const key = `${label}/${j}/${t}`
    const y = known.get(key) ?? 0.03 * j + spread * (uniform(createRandom(key)) - 0.5)
    known.set(key, y)
    return y
  }
}

const noisy = wandering('stable', 0.2)
const other = wandering('canary', 0.2)
const usual: MadeGauge = {
  stable: 5,
  canary: 3,
  slices: 44,
  stableLevel: (j, t) => ((t + 60 + 7 * j) % 30 < 25 ? noisy(j, t) : NaN),
  canaryLevel: (j, t) => (t < 0 || t < 3 * j || (t > 20 && t < 23) ? NaN : 0.15 + other(j, t)),
}
const growing: MadeGauge = {
  ...usual,
  canaryLevel: (j, t) => (t < 0 ? NaN : -0.3 + 0.03 * t + 0.3 * other(j, t)),
}
const cases: readonly (readonly [string, MadeGauge])[] = [
  ['pods that come and go', usual],
  ['a level that grows past stable', growing],
  ['a level that falls', { ...usual, canaryLevel: (j, t) => (t < 0 ? NaN : 0.8 - 0.03 * t + other(j, t)) }],
  ['slices of half a minute', { ...growing, sliceSeconds: 30 }],
  [
    'stable silent at first and at times',
    { ...usual, stableLevel: (j, t) => (t >= 0 && t % 9 < 2 ? NaN : noisy(j, t)) },
  ],
  ['one stable pod', { ...usual, stable: 1, stableLevel: noisy }],
  [
    'stable down to one pod in the rollout',
    { ...usual, stableLevel: (j, t) => (t > 4 && j > 0 ? NaN : noisy(j, t)) },
  ],
  ['three stable pods, too few to learn from', { ...growing, stable: 3 }],
  ['a canary that begins late', { ...usual, canaryLevel: (j, t) => (t < 10 ? NaN : other(j, t)) }],
]
const differences = [-0.1, 0, Math.log(1.1), Math.log(1.25), 0.5]

/** Whether the last five slices with both arms, past a warm-up, are beyond the difference on average. */
const WARMUP = 3

function lasts(expected: ReturnType<typeof naiveGauge>, difference: number, t: number): boolean {
  const { counts, canary, stable } = expected
  const born = counts.indexOf(1)
  const past = counts.flatMap((count, k) =>
    count === 1 && k >= born + WARMUP && k <= t ? [(canary.mean[k] ?? 0) - (stable.mean[k] ?? 0)] : [],
  )
  return past.length >= 5 && past.slice(-5).reduce((a, b) => a + b, 0) / 5 > difference
}

describe.each(cases)('gaugeEvidence of %s', (_name, made) => {
  const noiseOf = (): GaugeNoise =>
    learnGaugeNoise(
      rowsOf(made).filter(({ arm }) => arm === 'stable'),
      HISTORY,
    )
  const expected = naiveGauge(made, noiseOf())
  const expectPath = (path: Float64Array, of: (t: number) => number): void => {
    expect([...path]).toEqual(expected.slices.map((t) => expect.closeTo(of(t), 7)))
  }

  it('compares the arms in slices that have both', () => {
    const evidence = evidenceOf(made)
    expect(evidence.noise).toEqual(noiseOf())
    expect([...evidence.counts]).toEqual(expected.counts)
    expectPath(evidence.canaryMean, (t) => expected.canary.mean[t] ?? NaN)
    expectPath(evidence.stableMean, (t) => expected.stable.mean[t] ?? NaN)
    expectPath(evidence.meanDifference, (t) => expected.level(t)?.mean ?? 0)
    expectPath(evidence.information, (t) => expected.level(t)?.information ?? 0)
  })

  it.each(differences)('harm(%d) is the mean of level and trend', (difference) => {
    const evidence = evidenceOf(made)
    const path = evidence.harm(difference)
    const bound = (t: number): number =>
      lasts(expected, difference, t)
        ? expected.harm(difference, t)
        : Math.min(expected.harm(difference, t), 0)
    expectPath(path, (t) => (evidence.noise.learned ? bound(t) : (path[t] ?? 0)))
    // the noise of the series itself makes the evidence smaller
    expect(path.every((log, t) => log <= Math.max(bound(t), 0) + 1e-6)).toBe(true)
  })

  it.each(differences)('pass(%d) and passP agree with the level', (difference) => {
    const evidence = evidenceOf(made)
    expectPath(evidence.pass(difference), (t) => expected.pass(difference, t))
    // −1 stands for no P-value
    const expectedP = expected.slices.map((t) => expect.closeTo(expected.passP(difference, t) ?? -1, 9))
    expect(expected.slices.map((t) => evidence.passP(difference, t) ?? -1)).toEqual(expectedP)
  })

  it.each([-0.2, 0.1, 1])('above(%d) reads the canary alone', (limit) => {
    expectPath(evidenceOf(made).above(limit), (t) => expected.above(limit, t))
  })
})

describe('gaugeEvidence', () => {
  it('finds no harm in a filling cache until it is beyond the tolerance, then a leak', () => {
    const { trend } = naiveGauge(growing, evidenceOf(growing).noise)
    const beyond = (t: number): boolean => (trend(t)?.now ?? 0) > 0.5
    const harm = evidenceOf(growing).harm(0.5)
    expect(beyond(20)).toBe(false)
    expect(trend(20)?.log).toBeGreaterThan(3)
    expect(harm[20]).toBeLessThanOrEqual(0)
    expect(beyond(43)).toBe(true)
    expect(harm[43]).toBeGreaterThan(Math.log(40))
  })

  it('has a trend from the eighth slice with both arms on', () => {
    const steep: MadeGauge = { ...usual, canaryLevel: (_j, t) => (t < 0 ? NaN : 0.15 * t - 0.5) }
    const evidence = evidenceOf(steep)
    const alone = naiveGauge(steep, { ...evidence.noise, learned: false })
    const flat = (t: number): number => Math.log((Math.exp(alone.harm(-1, t)) + 1) / 2)
    // a level counts from the fifth slice past the warm-up on
    expect(evidence.harm(-1)[6]).toBe(0)
    expect(evidence.harm(-1)[7]).toBeGreaterThan(flat(7) - 1)
  })

  it('never takes pods that are all alike for exact', () => {
    const still: MadeGauge = {
      stable: 4,
      canary: 2,
      slices: 12,
      stableLevel: () => 1,
      canaryLevel: (_j, t) => (t < 0 ? NaN : 1 + 0.0001 * t),
    }
    const evidence = evidenceOf(still)
    expect([...evidence.noise.autocovariance]).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect([...evidence.information]).toEqual(Array.from({ length: 12 }, () => expect.closeTo(1e9, 3)))
    const expected = naiveGauge(still, evidence.noise)
    expect(evidence.harm(0.0002)[11]).toBeCloseTo(expected.harm(0.0002, 11), 5)
    expect(evidence.harm(0.01)[11]).toBeLessThanOrEqual(0)
  })

  it('sees no trend over slices that are too short', () => {
    const evidence = evidenceOf({ ...growing, sliceSeconds: 1e-300 })
    const alone = naiveGauge(growing, { ...evidence.noise, learned: false })
    const from = WARMUP + 5
    const path = [...evidence.harm(-9)].slice(from)
    expect(path).toEqual(path.map((_, k) => expect.closeTo(alone.harm(-9, from + k) - Math.LN2, 7)))
  })

  it('learns how pods differ from stable alone', () => {
    const strange: MadeGauge = { ...usual, canaryLevel: (j, t) => (t < 0 ? 50 * j : other(j, t)) }
    expect(evidenceOf(strange).noise).toEqual(evidenceOf(usual).noise)
  })

  it('has nothing to say without a canary', () => {
    const evidence = evidenceOf({ ...usual, canary: 0, slices: 3 })
    const nothing = new Float64Array(3)
    expect(evidence.counts).toEqual(nothing)
    expect(evidence.information).toEqual(nothing)
    for (const path of [evidence.harm(0), evidence.pass(0.1), evidence.above(0)])
      expect(path).toEqual(nothing)
    expect(evidence.passP(0.1, 2)).toBeUndefined()
    expect(evidence.passP(0.1, 99)).toBeUndefined()
  })
})
