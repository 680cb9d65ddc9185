import { describe, expect, it } from 'vitest'
import { harmEvidence, nonInferiorityEvidence } from '../../../src/engine/evidence/likelihood-ratio.ts'
import type { Noise } from '../../../src/engine/noise/noise.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'

const xc = [3, 0, 8, 4, 9, 0, 7, 5]
const nc = [20, 25, 0, 30, 20, 20, 25, 20]
const xs = [1, 2, 5, 1, 3, 0, 1, 6]
const ns = [80, 100, 80, 120, 80, 80, 0, 60]
const theta0 = Float64Array.of(1, 1.1, 1.2, 1.3, 1, 0.9, 1.1, 1.4)
/** A case in which every argument changes the result. */
const noise: Noise = {
  ...noiseOf([]),
  floors: (theta) => theta.map((value, t) => 0.7 + 0.1 * value + 0.02 * t),
  phi: (floor, restart, t) => floor + 0.3 * restart + 0.05 * t,
}
const stream = streamOf(armOf(xc, nc), armOf(xs, ns), noise)
const phiByHand = (restart: number, t: number): number =>
  0.7 + 0.1 * (theta0[t] ?? 0) + 0.02 * t + 0.3 * restart + 0.05 * t

/** The tempered mixture over slices `from` to `t`, by powers of probabilities; only slices with both arms count. */
function mixtureByHand(from: number, t: number, mde: number, phi: number): number {
  const weights = [0.1, 0.18, 0.27, 0.22, 0.15, 0.08]
  return [0.25, 0.5, 1, 2, 4, 8].reduce((sum, step, j) => {
    let ratio = 1
    for (let k = from; k <= t; k++) {
      const [n, m, null0] = [nc[k] ?? 0, ns[k] ?? 0, theta0[k] ?? 1]
      if (n === 0 || m === 0) continue
      const theta = null0 * mde ** step
      const p = (n * theta) / (n * theta + m)
      const p0 = (n * null0) / (n * null0 + m)
      ratio *= (p / p0) ** (xc[k] ?? 0) * ((1 - p) / (1 - p0)) ** (xs[k] ?? 0)
    }
    return sum + (weights[j] ?? 0) * ratio ** (1 / phi)
  }, 0)
}

describe('harmEvidence', () => {
  it('is the mixture against the null of each slice, with the noise at the slice looked at', () => {
    const path = harmEvidence(stream, theta0, 1.5, [
      { from: 0, weight: 0.6 },
      { from: 3, weight: 0.4 },
    ])
    expect(path).toHaveLength(8)
    path.forEach((log, t) => {
      const first = 0.6 * mixtureByHand(0, t, 1.5, phiByHand(0, t))
      const second = t < 3 ? 0.4 : 0.4 * mixtureByHand(3, t, 1.5, phiByHand(1, t))
      expect(log).toBeCloseTo(Math.log(first + second), 10)
    })
  })

  it('never falls to 0 before the beginnings that it waits for', () => {
    const clean = streamOf(
      armOf([0, 0, 0], [1e6, 1e6, 1e6]),
      armOf([1e5, 1e5, 1e5], [1e6, 1e6, 1e6]),
      noiseOf([1, 1]),
    )
    const late = [
      { from: 0, weight: 0.75 },
      { from: 2, weight: 0.25 },
    ]
    const path = harmEvidence(clean, new Float64Array(3).fill(1), 1.5, late)
    expect([path[0], path[1]]).toEqual([expect.closeTo(Math.log(0.25), 9), expect.closeTo(Math.log(0.25), 9)])
    expect(path[2]).toBeLessThan(-1000)
  })

  it('does not wait where the weights add up to 1 but for their last digit', () => {
    const clean = streamOf(armOf([0], [1e6]), armOf([1e6], [1e6]), noiseOf([1, 1, 1]))
    const thirds = [
      { from: 0, weight: 0.7 },
      { from: 0, weight: 0.1 },
      { from: 0, weight: 0.2 },
    ]
    expect(harmEvidence(clean, Float64Array.of(1), 1.5, thirds)[0]).toBeLessThan(-1000)
  })
})

describe('nonInferiorityEvidence', () => {
  it('is the mixture below the null of each slice, from the start only', () => {
    const path = nonInferiorityEvidence(stream, theta0, 1.5)
    expect(path).toHaveLength(8)
    path.forEach((log, t) =>
      expect(log).toBeCloseTo(Math.log(mixtureByHand(0, t, 1 / 1.5, phiByHand(0, t))), 10),
    )
  })
})
