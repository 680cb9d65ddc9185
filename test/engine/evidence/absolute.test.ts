import { describe, expect, it } from 'vitest'
import {
  absoluteMarginEvidence,
  bothOf,
  crashEvidence,
  limitEvidence,
} from '../../../src/engine/evidence/absolute.ts'
import { harmEvidence } from '../../../src/engine/evidence/likelihood-ratio.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'
import { handMade } from '../made/recordings.ts'

const xc = [3, 0, 8, 4, 9, 2, 7, 5, 6, 4, 9, 8]
const nc = [20, 25, 20, 30, 20, 20, 25, 20, 20, 30, 20, 20]
const xs = [1, 2, 0, 1, 3, 0, 1, 1, 2, 0, 1, 1]
const ns = nc.map((n) => 4 * n)
const canary = armOf(xc, nc)
const stable = armOf(xs, ns)
const plan = rolloutPlan(handMade({ history: 0, slices: 12 }), 12)
const total = (values: readonly number[], from: number, to: number): number =>
  values.slice(from, to + 1).reduce((sum, value) => sum + value, 0)

/** Σ over alternatives of the binomial likelihood ratio to the power 1/φ, by products of probabilities. */
function ratioByHand(
  from: number,
  t: number,
  rate: number,
  alternatives: readonly number[],
  phi: number,
): number {
  const bad = total(xc, from, t)
  const good = total(nc, from, t) - bad
  const mean = alternatives.map((p) => ((p / rate) ** bad * ((1 - p) / (1 - rate)) ** good) ** (1 / phi))
  return mean.reduce((sum, value) => sum + value, 0) / alternatives.length
}

/** The tempered mixture over six alternatives, by powers of probabilities. */
function conditionalByHand(from: number, t: number, theta0: number, mde: number, phi: number): number {
  const steps = [0.25, 0.5, 1, 2, 4, 8]
  const weights = [0.1, 0.18, 0.27, 0.22, 0.15, 0.08]
  return steps.reduce((sum, step, j) => {
    const theta = theta0 * mde ** step
    let ratio = 1
    for (let k = from; k <= t; k++) {
      const [n, m] = [nc[k] ?? 0, ns[k] ?? 0]
      const p = (n * theta) / (n * theta + m)
      const p0 = (n * theta0) / (n * theta0 + m)
      ratio *= ((p / p0) ** (xc[k] ?? 0) * ((1 - p) / (1 - p0)) ** (xs[k] ?? 0)) ** (1 / phi)
    }
    return sum + (weights[j] ?? 0) * ratio
  }, 0)
}

describe('harmEvidence', () => {
  it('is the weighted mean of mixtures from each beginning with its own φ, those to come at 1', () => {
    const restarts = [
      { from: 0, weight: 0.7 },
      { from: 4, weight: 0.1 },
      { from: 9, weight: 0.05 },
    ]
    const theta0 = new Float64Array(12).fill(1.2)
    const path = harmEvidence(streamOf(canary, stable, noiseOf([2, 3, 1.5])), theta0, 1.5, restarts)
    for (let t = 0; t < 12; t++) {
      let expected = 0.15 + (t < 4 ? 0.1 : 0) + (t < 9 ? 0.05 : 0)
      expected += 0.7 * conditionalByHand(0, t, 1.2, 1.5, 2)
      if (t >= 4) expected += 0.1 * conditionalByHand(4, t, 1.2, 1.5, 3)
      if (t >= 9) expected += 0.05 * conditionalByHand(9, t, 1.2, 1.5, 1.5)
      expect(path[t]).toBeCloseTo(Math.log(expected), 10)
    }
  })
})

describe('limitEvidence', () => {
  it('is the lesser of the binomial ratio and of the evidence against stable', () => {
    const stream = streamOf(canary, stable, noiseOf([2, 2], 1.7))
    const path = limitEvidence(stream, 0.2, 1.5, plan)
    const alternatives = [0.25, 0.3, 0.4, 0.6, 0.6]
    const absolute = (t: number): number =>
      t < 10
        ? 0.3 + 0.7 * ratioByHand(0, t, 0.2, alternatives, 1.7)
        : 0.15 +
          0.7 * ratioByHand(0, t, 0.2, alternatives, 1.7) +
          0.15 * ratioByHand(10, t, 0.2, alternatives, 1.7)
    const relative = (t: number): number =>
      t < 10
        ? 0.3 + 0.7 * conditionalByHand(0, t, 1, 1.5, 2)
        : 0.15 + 0.7 * conditionalByHand(0, t, 1, 1.5, 2) + 0.15 * conditionalByHand(10, t, 1, 1.5, 2)
    for (let t = 0; t < 12; t++) expect(path[t]).toBeCloseTo(Math.log(Math.min(absolute(t), relative(t))), 10)
  })
})

describe('crashEvidence', () => {
  it('weighs every beginning k by 1/(k+1)(k+2), against a tenth and against three times stable', () => {
    const noStream = streamOf(canary, stable, noiseOf([1]))
    const path = crashEvidence({ canary, stable }, plan, noStream, 1.5)
    for (let t = 0; t < 12; t++) {
      let absolute = 1 / (t + 2)
      for (let k = 0; k <= t; k++)
        absolute += ratioByHand(k, t, 0.1, [0.2, 0.4, 0.8], 1) / ((k + 1) * (k + 2))
      expect(path[t]).toBeLessThanOrEqual(Math.log(absolute) + 1e-10)
    }
    // with a healthy stable the guard equals the smaller of its two e-values; with an equally bad one it shows nothing
    const crashed = {
      canary: armOf(
        nc.map((n) => 0.9 * n),
        nc,
      ),
      stable,
    }
    expect(crashEvidence(crashed, plan, noStream, 1.5)[2]).toBeGreaterThan(Math.log(800))
    const outage = {
      ...crashed,
      stable: armOf(
        ns.map((n) => 0.9 * n),
        ns,
      ),
    }
    expect(crashEvidence(outage, plan, noStream, 1.5)[11]).toBeLessThan(0)
  })

  it('is the absolute half alone, exactly, with all traffic on the canary', () => {
    const all = { ...handMade({ history: 0, slices: 12 }), steps: [{ slice: 0, ends: 12, weight: 100 }] }
    const path = crashEvidence(
      { canary, stable },
      rolloutPlan(all, 12),
      streamOf(canary, stable, noiseOf([1])),
      1.5,
    )
    for (let t = 0; t < 12; t++) {
      let absolute = 1 / (t + 2)
      for (let k = 0; k <= t; k++)
        absolute += ratioByHand(k, t, 0.1, [0.2, 0.4, 0.8], 1) / ((k + 1) * (k + 2))
      expect(path[t]).toBeCloseTo(Math.log(absolute), 10)
    }
  })

  it('begins anew in each slice of the first hour, then in every tenth', () => {
    const slices = 85
    const bad = Array.from({ length: slices }, (_, t) => (t > 62 && t < 66 ? 8 : 0))
    const own = armOf(
      bad,
      bad.map(() => 10),
    )
    const steps = [{ slice: 0, ends: slices, weight: 100 }]
    const whole = rolloutPlan({ ...handMade({ history: 0, slices }), steps }, slices)
    const path = crashEvidence({ canary: own, stable: own }, whole, streamOf(own, own, noiseOf([1])), 1.5)
    const begins = [...Array.from({ length: 61 }, (_, k) => k), 70, 80]
    for (let t = 0; t < slices; t++) {
      const begun = begins.filter((k) => k <= t)
      const next = begins[begun.length] ?? 90
      const mean = begun.reduce(
        (sum, k, i) => {
          const x = total(bad, k, t)
          const good = 10 * (t + 1 - k) - x
          const ratios = [0.2, 0.4, 0.8].map((p) => (p / 0.1) ** x * ((1 - p) / 0.9) ** good)
          const weight = 1 / (k + 1) - 1 / ((begins[i + 1] ?? 90) + 1)
          return sum + (weight * ratios.reduce((a, b) => a + b, 0)) / 3
        },
        1 / (next + 1),
      )
      expect(path[t]).toBeCloseTo(Math.log(mean), 9)
    }
  })

  it('has few beginnings in a week, of weights that never exceed 1', () => {
    const slices = 10_080
    const quiet = armOf(
      Array.from({ length: slices }, () => 0),
      Array.from({ length: slices }, () => 10),
    )
    const long = rolloutPlan(handMade({ history: 0, slices: 12 }), slices)
    const path = crashEvidence(
      { canary: quiet, stable: quiet },
      long,
      streamOf(quiet, quiet, noiseOf([1])),
      1.5,
    )
    // only the stakes that have not begun are left
    expect(path.at(-1)).toBeLessThan(Math.log(1e-3))
    expect(path.at(-1)).toBeGreaterThan(Math.log(1 / (slices * 1.2)))
  })
})

describe('absoluteMarginEvidence', () => {
  it('is the mean over four fractions of the Poisson ratio to the power 1/φ', () => {
    const path = absoluteMarginEvidence(streamOf(canary, stable, noiseOf([1], 2)), 0.4)
    for (let t = 0; t < 12; t++) {
      const [x, n] = [total(xc, 0, t), total(nc, 0, t)]
      const ratios = [0.01, 0.1, 0.3, 0.6].map((g) => (g ** x * Math.exp(-n * 0.4 * (g - 1))) ** (1 / 2))
      expect(path[t]).toBeCloseTo(Math.log(ratios.reduce((sum, value) => sum + value, 0) / 4), 10)
    }
  })
})

describe('bothOf', () => {
  it('is the lesser below 100 %, the absolute at 100 %', () => {
    const base = handMade({ history: 0, slices: 3 })
    const steps = [
      { slice: 0, ends: 1, weight: 99.9 },
      { slice: 2, ends: 3, weight: 100 },
    ]
    const path = bothOf(
      Float64Array.of(5, 1, 5),
      Float64Array.of(2, 3, 2),
      rolloutPlan({ ...base, steps }, 3),
    )
    expect([...path]).toEqual([2, 1, 5])
  })
})
