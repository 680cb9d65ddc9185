import { describe, expect, it } from 'vitest'
import type { PodDispersion } from '../../../src/engine/noise/dispersion.ts'
import { learnNoise, type Noise, type NoiseInput } from '../../../src/engine/noise/noise.ts'
import type { Arms, ArmSlices } from '../../../src/engine/counts/slices.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { armOf, armOfPods } from '../made/arm-slices.ts'
import { naiveSum } from '../naive/naive-variance.ts'

const at = (values: Float64Array, t: number): number => values[t] ?? Number.NaN

/** An arm of pods that come and go. */
function changingArm(label: string, pods: number, requests: number): ArmSlices {
  const random = createRandom(label)
  const n = Array.from({ length: pods }, (_, j) =>
    Array.from({ length: SLICES }, (_slice, t) =>
      (t + 5 * j) % 13 < 9 && t !== 4 ? Math.round(requests * (0.5 + uniform(random))) : 0,
    ),
  )
  const x = n.map((row) => row.map((value) => Math.round(0.1 * value * uniform(random))))
  return armOfPods(x, n)
}

const learned: PodDispersion = {
  kind: 'pods',
  pods: 6,
  autocovariance: [0.3, 0.2, 0.15, 0.1, 0.06, 0.03, 0.01],
  lasting: 0.008,
  clump: 0,
  inflation: 7 / 5,
  share: 0.05,
  eventsPerSlice: 40,
}
const [SLICES, TAU] = [45, 0.05]
const restarts = [
  { from: 0, weight: 0.7 },
  { from: 10, weight: 0.2 },
  { from: 38, weight: 0.1 },
]

/** Σ of X π (1 − π) over slices with both arms, from a slice on. */
function informationOf({ canary, stable }: Arms): readonly number[] {
  return Array.from({ length: SLICES }, (_, t) => {
    const [nc, ns] = [at(canary.requests, t), at(stable.requests, t)]
    const X = at(canary.events, t) + at(stable.events, t)
    return nc > 0 && ns > 0 ? (X * nc * ns) / (nc + ns) ** 2 : 0
  })
}
const sumOf = (values: readonly number[], from: number, to: number): number =>
  values.slice(from, to + 1).reduce((a, b) => a + b, 0)
const looks = restarts.flatMap(({ from }, restart) =>
  [0, 1, 3, 9, 10, 20, 37, 38, 44].filter((t) => t >= from).map((t) => ({ restart, from, t })),
)

describe('learnNoise from pods', () => {
  const several: Arms = {
    canary: changingArm('canary', 3, 200),
    stable: changingArm('stable', 4, 900),
  }
  const lone: Arms = { canary: several.canary, stable: changingArm('lone', 1, 900) }
  const inputOf = (arms: Arms, clump = 0): NoiseInput => ({
    arms,
    facing: arms,
    dispersion: { ...learned, clump },
    tau: TAU,
    restarts,
  })
  /** The shares of the pods. A lone stable pod counts as two. */
  const sharesOf = ({ canary, stable }: Arms): readonly Float64Array[] => [
    ...canary.shares,
    ...stable.shares.map((row) => row.map((f, t) => (at(stable.pods, t) < 2 ? f / Math.sqrt(2) : f))),
  ]

  /** What clumps add to the noise of pods that differ in health: half of the difference of the two, if it is positive. */
  const clumped = (
    v: readonly number[],
    shares: readonly Float64Array[],
    clump: number,
    share: number,
    from: number,
    t: number,
  ) =>
    Math.max(clump * sumOf(v, from, t) - share * naiveSum(v, shares, [0.1, 0, 0, 0, 0, 0, 0], from, t), 0) / 2

  it.each([
    ['several stable pods', several, 0],
    ['a lone stable pod', lone, 0],
    ['events in small clumps', several, 0.2],
    ['events in large clumps', several, 3],
  ])(
    'phi is floor + inflation · (ΣΣ v v r f f + clumps)/V + τ² V from the restart on: %s',
    (_name, arms, clump) => {
      const noise = learnNoise(inputOf(arms, clump))
      const v = informationOf(arms)
      for (const { restart, from, t } of looks) {
        const V = sumOf(v, from, t)
        const pods = naiveSum(v, sharesOf(arms), learned.autocovariance, from, t)
        const clumps = clumped(v, sharesOf(arms), clump, 1, from, t)
        const expected = V > 0 ? 0.9 + (1.4 * (pods + clumps)) / V + TAU ** 2 * V : 0.9
        expect(noise.phi(0.9, restart, t)).toBeCloseTo(expected, 9)
      }
      expect(noise.phi(0.9, 0, 44)).toBeGreaterThan(2)
    },
  )

  it('phi is the floor before anything happened, and in a stretch that has not begun', () => {
    const noise = learnNoise(inputOf(several))
    expect(noise.phi(0.9, 1, 9)).toBe(0.9)
    expect(noise.phi(0.9, 7, 44)).toBe(0.9)
  })

  it('phi follows the scale of what pods add, slice by slice', () => {
    const scale = Float64Array.from({ length: SLICES }, (_, t) => (t < 12 ? 1 : t < 30 ? 0.5 : 2))
    const noise = learnNoise({ ...inputOf(several), scale })
    const v = informationOf(several)
    for (const { restart, from, t } of looks.filter((look) => look.t > 9)) {
      const V = sumOf(v, from, t)
      const scaled = v.map((value, k) => value * at(scale, k))
      const pods = naiveSum(scaled, sharesOf(several), learned.autocovariance, from, t)
      expect(noise.phi(1, restart, t)).toBeCloseTo(1 + (1.4 * pods) / V + TAU ** 2 * V, 9)
    }
  })

  it.each([0, 0.001, 3])('phiAbsolute is that of the canary alone, by share; clumps of %d', (clump) => {
    const noise = learnNoise(inputOf(several, clump))
    const n = [...several.canary.requests]
    for (const t of [0, 3, 4, 20, 44]) {
      const pods = 0.01 * naiveSum(n, several.canary.shares, learned.autocovariance, 0, t)
      const clumps = clumped(n, several.canary.shares, clump, 0.01, 0, t)
      expect(noise.phiAbsolute(0.01, t)).toBeCloseTo(1 + (1.4 * (pods + clumps)) / sumOf(n, 0, t), 9)
    }
    const silent = { ...several, canary: armOf(Array<number>(SLICES).fill(0), Array<number>(SLICES).fill(0)) }
    expect(learnNoise(inputOf(silent, clump)).phiAbsolute(0.01, 44)).toBe(1)
  })

  it('freedom is that of the pods, the more the less of the noise is learned from them', () => {
    const noise = learnNoise(inputOf(several))
    expect(noise.freedom(1, 2)).toBeCloseTo(5 / 0.5 ** 2, 9)
    expect(noise.freedom(0.9, 9)).toBeCloseTo(5 / 0.9 ** 2, 9)
    expect(noise.freedom(1, 1.01)).toBeCloseTo(5 / 0.02 ** 2, 9)
    expect(noise.freedom(1, 1 / 0.97)).toBeCloseTo(5 / 0.03 ** 2, 6)
  })

  it('growth is what lasts between the pods there are, one canary and two stable at least', () => {
    const noise = learnNoise(inputOf(several))
    const counts = (t: number): readonly number[] => [at(several.canary.pods, t), at(several.stable.pods, t)]
    expect([counts(5), counts(34), counts(4)]).toEqual([
      [2, 3],
      [3, 3],
      [0, 0],
    ])
    expect(noise.growth(5)).toEqual({
      fixed: 1,
      perInformation: expect.closeTo(0.0025 + 1.4 * 0.008 * (1 / 2 + 1 / 3), 12),
    })
    expect(noise.growth(34).perInformation).toBeCloseTo(0.0025 + 1.4 * 0.008 * (1 / 3 + 1 / 3), 12)
    expect(noise.growth(4).perInformation).toBeCloseTo(0.0025 + 1.4 * 0.008 * (1 + 1 / 2), 12)
    expect(noise.growth(99).perInformation).toBeCloseTo(0.0025 + 1.4 * 0.008 * (1 + 1 / 2), 12)
    expect(learnNoise(inputOf(several, 3)).growth(5).fixed).toBeCloseTo(1 + (1.4 * 3) / 2, 12)
    expect(learnNoise(inputOf(lone)).growth(5).perInformation).toBeCloseTo(
      0.0025 + 1.4 * 0.008 * (1 / 2 + 1 / 2),
      12,
    )
  })
})

describe('learnNoise by arm alone', () => {
  const arms: Arms = {
    canary: changingArm('canary', 1, 200),
    stable: changingArm('stable', 1, 900),
  }
  const noiseOfArm = (slices: number, factor: number, differences = 50, pods = 0): Noise =>
    learnNoise({
      arms,
      facing: arms,
      dispersion: { kind: 'arm', pods, factor, differences, share: 0.05, slices },
      tau: TAU,
      restarts,
    })

  it.each([
    ['20 slices of history', 20, 0, 1.3, 1.3, 1.5],
    ['of one pod', 20, 1, 1.3, 1.3, 1.5 * Math.sqrt(2)],
    ['of three pods', 20, 3, 1.3, 1.3, 1.5 * Math.sqrt(4 / 3)],
    ['less history', 19, 0, 1.3, 2, 3],
    ['less history of one pod', 19, 1, 1.3, 2, 3],
    ['less history that is noisy', 19, 0, 2.5, 2.5, 3],
    ['no history', 0, 0, 1, 2, 3],
  ])('phi is floor · factor + (k τ)² V: %s', (_name, slices, pods, factor, used, k) => {
    const noise = noiseOfArm(slices, factor, 50, pods)
    const v = informationOf(arms)
    const perInformation = (k * TAU) ** 2
    for (const { restart, from, t } of looks) {
      expect(noise.phi(0.9, restart, t)).toBeCloseTo(0.9 * used + perInformation * sumOf(v, from, t), 10)
    }
    expect(noise.phi(0.9, 7, 44)).toBeCloseTo(0.9 * used, 12)
    expect(noise.phiAbsolute(0.01, 44)).toBe(used)
    expect(noise.growth(44)).toEqual({ fixed: used, perInformation: expect.closeTo(perInformation, 12) })
  })

  it('freedom is that of the differences of history, one at least', () => {
    expect(noiseOfArm(60, 2).freedom(1, 2)).toBeCloseTo(50 / 0.5 ** 2, 9)
    expect(noiseOfArm(60, 2).freedom(1, 1)).toBeCloseTo(50 / 0.02 ** 2, 6)
    expect(noiseOfArm(60, 2, 0).freedom(1, 2)).toBeCloseTo(1 / 0.5 ** 2, 9)
  })
})
