import { describe, expect, it } from 'vitest'
import type { GaugeRow } from '../../../../src/engine/kinds/gauge/gauge-levels.ts'
import { learnGaugeNoise } from '../../../../src/engine/kinds/gauge/gauge-noise.ts'
import { createRandom, uniform } from '../../../../src/simulate/random.ts'
import { naiveAutocovariance, naivePairs } from '../../naive/naive-variance.ts'

const row = (values: readonly number[], aggregate = false): GaugeRow => ({
  name: 'pod',
  arm: 'stable',
  aggregate,
  values: Float64Array.from(values),
})

/** Pods whose levels differ and wander; a level of NaN is a missing one. */
function wandering(
  pods: number,
  slices: number,
  there = (_pod: number, _slice: number) => true,
): readonly GaugeRow[] {
  const random = createRandom(`${pods}/${slices}`)
  return Array.from({ length: pods }, (_pod, j) => {
    let own = 0.1 * j
    return row(
      Array.from({ length: slices }, (_slice, t) => {
        own = 0.9 * own + 0.2 * (uniform(random) - 0.4)
        return there(j, t) ? 5 + own : Number.NaN
      }),
    )
  })
}

/** r(bin) = Σ e e' / Σ c, e from the arm's mean in the slice, c = min(P, P')·(1 − 1/max(P, P')). */
function byDefinition(pods: readonly GaugeRow[], slices: number): readonly number[] {
  const level = (pod: GaugeRow, t: number): number => pod.values[t] ?? Number.NaN
  const there = (t: number): readonly GaugeRow[] => pods.filter((pod) => !Number.isNaN(level(pod, t)))
  const e = (pod: GaugeRow, t: number): number =>
    there(t).includes(pod)
      ? level(pod, t) - there(t).reduce((sum, one) => sum + level(one, t), 0) / there(t).length
      : 0
  const sumOf = (bin: number): number =>
    naivePairs(slices, bin, (t, later) => pods.reduce((sum, pod) => sum + e(pod, t) * e(pod, later), 0))
  return naiveAutocovariance(slices, sumOf, (t, later) => {
    const counts = [there(t).length, there(later).length]
    const most = Math.max(...counts)
    return most === 0 ? 0 : Math.min(...counts) * (1 - 1 / most)
  })
}

const assumed = {
  autocovariance: [0.0225, 0.0225, 0.0225, 0.0225, 0.0225, 0.0225, 0.0225].map((v) => expect.closeTo(v, 15)),
  inflation: 1,
  pods: 2,
  learned: false,
}

describe('learnGaugeNoise', () => {
  it.each([
    ['steady pods', wandering(5, 70)],
    ['pods that come and go', wandering(5, 70, (j, t) => (t + 13 * j) % 40 < 30)],
    ['slices without a pod', wandering(4, 70, (_j, t) => t % 15 > 2)],
    ['slices with one pod', wandering(4, 70, (j, t) => j === 0 || t % 9 > 4)],
    ['slices with two pods at most', wandering(4, 70, (j, t) => (t % 2 === 0 ? j < 2 : j > 1))],
  ])('learns the autocovariance of levels between pods: %s', (_name, pods) => {
    const noise = learnGaugeNoise(pods, 70)
    const expected = byDefinition(pods, 70)
    expected.forEach((value, bin) => expect(noise.autocovariance[bin]).toBeCloseTo(value, 12))
    expect(expected[0]).toBeGreaterThan(0)
    expect(noise).toMatchObject({ pods: pods.length, learned: true })
  })

  it('allows for a variance from few pods being too small', () => {
    expect(learnGaugeNoise(wandering(4, 60), 60).inflation).toBe(5 / 3)
    expect(learnGaugeNoise(wandering(9, 60), 60).inflation).toBe(10 / 8)
  })

  it('learns from 4 pods and 60 slices on, and else assumes a lasting 15 %', () => {
    expect(learnGaugeNoise(wandering(4, 60), 60).learned).toBe(true)
    expect(learnGaugeNoise(wandering(3, 60), 60)).toEqual(assumed)
    expect(learnGaugeNoise(wandering(4, 60), 59)).toEqual(assumed)
    expect(learnGaugeNoise([], 120)).toEqual(assumed)
  })

  it('counts only pods with a level before the rollout', () => {
    const four = wandering(4, 60)
    const silent = row(Array<number>(60).fill(Number.NaN))
    const born = row([...Array<number>(60).fill(Number.NaN), 5, 5])
    expect(learnGaugeNoise([...four, silent, born], 60)).toEqual(learnGaugeNoise(four, 60))
    expect(learnGaugeNoise([...four.slice(1), silent, born], 60)).toEqual(assumed)
  })

  it('leaves out what is an arm as a whole', () => {
    const four = wandering(4, 60)
    const sum = row(Array<number>(60).fill(9), true)
    expect(learnGaugeNoise([...four, sum], 60)).toEqual(learnGaugeNoise(four, 60))
    expect(learnGaugeNoise([...four.slice(1), sum], 60)).toEqual(assumed)
  })

  it('reads history only: levels after it change nothing', () => {
    const long = wandering(4, 90)
    const cut = long.map(({ values }) => row([...values.subarray(0, 60)]))
    expect(learnGaugeNoise(long, 60)).toEqual(learnGaugeNoise(cut, 60))
  })
})
