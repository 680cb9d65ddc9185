import { describe, expect, it } from 'vitest'
import { learnDispersion } from '../../../src/engine/noise/dispersion.ts'
import { learnNoise, type Noise, type NoiseInput } from '../../../src/engine/noise/noise.ts'
import { scoreTest } from '../../../src/engine/evidence/score-test.ts'
import { type Arms, swapArms } from '../../../src/engine/counts/slices.ts'
import { createRandom } from '../../../src/simulate/random.ts'
import { sampleBinomial } from '../../../src/simulate/sample-binomial.ts'
import { armOf } from '../made/arm-slices.ts'

const steady = (share: number): NoiseInput['dispersion'] => ({
  kind: 'arm',
  pods: 0,
  factor: 1,
  differences: 50,
  share,
  slices: 120,
})

function noiseOf(arms: Arms, share: number, lessIsWorse: boolean): Noise {
  const facing = lessIsWorse ? swapArms(arms) : arms
  return learnNoise({
    arms,
    facing,
    lessIsWorse,
    dispersion: steady(share),
    tau: 0,
    restarts: [{ from: 0, weight: 1 }],
  })
}

const at = (values: Float64Array, t: number): number => values[t] ?? Number.NaN

describe('floors', () => {
  const arms = { canary: armOf([20, 20], [100, 100]), stable: armOf([80, 80], [400, 400]) }

  it('are 1 up to 30 events and 1 − p beyond, at a ratio of 1', () => {
    const few = { canary: armOf([6, 1], [100, 100]), stable: armOf([24, 4], [400, 400]) }
    expect([...noiseOf(few, 0.2, false).floors(Float64Array.of(1, 1))]).toEqual([1, expect.closeTo(0.8, 12)])
  })

  it('count only slices in which both arms have traffic', () => {
    const some = {
      canary: armOf([6, 9, 0, 0, 6], [100, 100, 0, 0, 100]),
      stable: armOf([24, 0, 9, 0, 24], [400, 0, 400, 0, 400]),
    }
    const floors = noiseOf(some, 0.2, false).floors(new Float64Array(5).fill(1))
    expect([...floors]).toEqual([1, 1, 1, 1, expect.closeTo(0.8, 12)])
  })

  it('are never trusted below .3', () => {
    expect(at(noiseOf(arms, 0.9, false).floors(Float64Array.of(1, 1)), 1)).toBe(0.3)
  })

  it('are the variance of the score over its information where the canary has theta0 times the rate', () => {
    // Var Σ(xc − Xπ) = (1−π)² nc θp(1−θp) + π² ns p(1−p), V = Xπ(1−π) with X = p(nc θ + ns)
    const [p, theta, nc, ns] = [0.2, 1.6, 100, 400]
    const pi = (nc * theta) / (nc * theta + ns)
    const variance = (1 - pi) ** 2 * nc * theta * p * (1 - theta * p) + pi ** 2 * ns * p * (1 - p)
    const expected = variance / (p * (nc * theta + ns) * pi * (1 - pi))
    expect(at(noiseOf(arms, p, false).floors(Float64Array.of(theta, theta)), 1)).toBeCloseTo(expected, 12)
  })

  it('take the share of history for stable where less is worse', () => {
    // facing harm, stable is the arm with theta times the rate of the other
    const [share, theta, nc, ns] = [0.45, 1 / (1 - 0.4), 400, 100]
    const p = share / theta
    const pi = (nc * theta) / (nc * theta + ns)
    const variance = (1 - pi) ** 2 * nc * share * (1 - share) + pi ** 2 * ns * p * (1 - p)
    const expected = variance / (p * (nc * theta + ns) * pi * (1 - pi))
    expect(at(noiseOf(arms, share, true).floors(Float64Array.of(theta, theta)), 1)).toBeCloseTo(expected, 12)
  })

  it('keep the chance of passing a drop at the margin of 40 %', () => {
    const random = createRandom(11)
    let passed = 0
    for (let i = 0; i < 2000; i++) {
      const good = [0.27, 0.45].map((p, j) => sampleBinomial(random, j === 0 ? 300 : 5700, p))
      const drawn = { canary: armOf([good[0] ?? 0], [300]), stable: armOf([good[1] ?? 0], [5700]) }
      const facing = swapArms(drawn)
      const dispersion = steady(0.45)
      const stream = { arms: drawn, facing, dispersion, noise: noiseOf(drawn, 0.45, true) }
      if ((scoreTest(stream, Float64Array.of(1 / 0.6)).goodP(0) ?? 1) <= 0.04) passed++
    }
    // .0668 when stable's share is used for the canary; three standard errors are .013
    expect(passed / 2000).toBeLessThan(0.053)
    expect(passed / 2000).toBeGreaterThan(0.027)
  })
})

describe('learnDispersion', () => {
  it('takes nothing off the noise without history', () => {
    const none = learnDispersion([], 0)
    expect(none).toEqual({ kind: 'arm', pods: 0, factor: 1, differences: 0, share: 0, slices: 0 })
    const both = { canary: armOf([40], [100]), stable: armOf([160], [400]) }
    const noise = learnNoise({
      arms: both,
      facing: both,
      dispersion: none,
      tau: 0,
      restarts: [{ from: 0, weight: 1 }],
    })
    const floor = at(noise.floors(Float64Array.of(1)), 0)
    expect(floor).toBe(1)
    expect(noise.phi(floor, 0, 0)).toBe(2)
  })
})
