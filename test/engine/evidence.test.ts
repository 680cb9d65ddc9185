import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusteredSum } from '../../src/engine/noise/clustered-sum.ts'
import { harmEvidence, nonInferiorityEvidence } from '../../src/engine/evidence/likelihood-ratio.ts'
import { learnDispersion } from '../../src/engine/noise/dispersion.ts'
import { podAutocovariance } from '../../src/engine/noise/pod-autocovariance.ts'
import type { Noise } from '../../src/engine/noise/noise.ts'
import type { PodCounts } from '../../src/engine/counts/pod-counts.ts'
import { scoreTest } from '../../src/engine/evidence/score-test.ts'
import { type ArmSlices, information } from '../../src/engine/counts/slices.ts'
import type { CountSeries } from '../../src/engine/evidence/count-series.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(`test/reference/${name}`, 'utf8'))

const numbers = z.array(z.number())
const phiReference = z
  .object({
    x: z.array(numbers),
    n: z.array(numbers),
    pbar: z.number(),
    V: numbers,
    C: numbers,
    phi: numbers,
  })
  .extend({
    r: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
  })
  .parse(read('phi_ref.json'))
const conformance = z
  .object({
    'engine seq': z.object({
      xc: numbers,
      nc: numbers,
      xs: numbers,
      ns: numbers,
      log_e_theta0_1: numbers,
      log_e_theta0_1_25: numbers,
      log_e_phi2: numbers,
      log_e_NI_1_5: numbers,
      U: numbers,
      V: numbers,
    }),
    tiny: z.array(
      z.object({
        tab: z.tuple([z.number(), z.number(), z.number(), z.number()]),
        log_e: z.number(),
        binom_p: z.number(),
      }),
    ),
  })
  .parse(read('conformance.json'))

function arm(events: readonly number[], requests: readonly number[]): ArmSlices {
  const n = Float64Array.from(requests)
  return {
    events: Float64Array.from(events),
    requests: n,
    pods: n.map(() => 1),
    shares: [n.map(() => 1)],
    podEvents: [Float64Array.from(events)],
    podRequests: [n],
  }
}

function fixedNoise(phi: number): Noise {
  return {
    floors: (theta0) => theta0.map(() => phi),
    phi: (floor) => floor,
    phiAbsolute: () => phi,
    freedom: () => 1e9,
    growth: () => ({ fixed: phi, perInformation: 0 }),
  }
}

function streamOf(
  xc: readonly number[],
  nc: readonly number[],
  xs: readonly number[],
  ns: readonly number[],
  phi = 1,
): CountSeries {
  const arms = { canary: arm(xc, nc), stable: arm(xs, ns) }
  return { arms, facing: arms, dispersion: learnDispersion([], 0), noise: fixedNoise(phi) }
}

const once = [{ from: 0, weight: 1 }]
const at = (values: Float64Array, t: number): number => values[t] ?? Number.NaN
const nulls = (theta0: number, length: number): Float64Array => new Float64Array(length).fill(theta0)

describe('harmEvidence', () => {
  const { xc, nc, xs, ns, ...expected } = conformance['engine seq']

  it.each([
    ['theta0 = 1', 1, 1, expected.log_e_theta0_1],
    ['theta0 = 1.25', 1.25, 1, expected.log_e_theta0_1_25],
    ['dispersion 2', 1, 2, expected.log_e_phi2],
  ] as const)('agrees with the published sequence at %s', (_name, theta0, phi, reference) => {
    const path = harmEvidence(streamOf(xc, nc, xs, ns, phi), nulls(theta0, 6), 1.5, once)
    reference.forEach((value, t) => expect(at(path, t)).toBeCloseTo(value, 12))
  })

  it.each(conformance.tiny)('agrees with the published single table $tab', ({ tab: [a, n, b, m], log_e }) => {
    const path = harmEvidence(streamOf([a], [n], [b], [m]), nulls(1, 1), 1.5, once)
    expect(at(path, 0)).toBeCloseTo(log_e, 10)
  })

  it('keeps the weight of restarts to come at an e-value of 1', () => {
    const stream = streamOf(xc, nc, xs, ns)
    const plain = harmEvidence(stream, nulls(1, 6), 1.5, once)
    const split = harmEvidence(stream, nulls(1, 6), 1.5, [{ from: 0, weight: 0.7 }])
    plain.forEach((log, t) => expect(Math.exp(at(split, t))).toBeCloseTo(0.7 * Math.exp(log) + 0.3, 10))
  })

  it('finds late harm sooner with a restart at its beginning', () => {
    const quiet = Array.from({ length: 20 }, () => 5)
    const late = [...quiet, ...Array.from({ length: 6 }, () => 15)]
    const flat = Array.from({ length: 26 }, () => 1000)
    const stream = streamOf(late, flat, [...quiet, ...quiet.slice(0, 6)], flat)
    const whole = harmEvidence(stream, nulls(1, 26), 1.5, once)
    const restarted = harmEvidence(stream, nulls(1, 26), 1.5, [
      { from: 0, weight: 0.7 },
      { from: 20, weight: 0.3 },
    ])
    expect(at(restarted, 25)).toBeGreaterThan(at(whole, 25) + 2)
  })

  it('is 0 in slices where an arm has no traffic', () => {
    const path = harmEvidence(streamOf([9, 0], [10, 10], [0, 5], [0, 0]), nulls(1, 2), 1.5, once)
    expect([...path]).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)])
  })
})

describe('nonInferiorityEvidence', () => {
  it('agrees with the published sequence at a margin of 1.5', () => {
    const { xc, nc, xs, ns, log_e_NI_1_5 } = conformance['engine seq']
    const path = nonInferiorityEvidence(streamOf(xc, nc, xs, ns), nulls(1.5, 6), 1.5)
    log_e_NI_1_5.forEach((value, t) => expect(at(path, t)).toBeCloseTo(value, 12))
  })
})

describe('scoreTest', () => {
  const { xc, nc, xs, ns, V } = conformance['engine seq']

  it('gathers the published information', () => {
    let sum = 0
    const running = information(streamOf(xc, nc, xs, ns).arms).map((v) => (sum += v))
    V.forEach((value, t) => expect(at(running, t)).toBeCloseTo(value, 10))
  })

  it.each(conformance.tiny)(
    'is never below the exact binomial tail for few events: $tab',
    ({ tab: [a, n, b, m], binom_p }) => {
      const p = scoreTest(streamOf([a], [n], [b], [m]), nulls(1, 1)).harmP(0)
      expect(p).toBeGreaterThanOrEqual(binom_p * (1 - 1e-9))
    },
  )

  it('is undefined without events', () => {
    const test = scoreTest(streamOf([0], [100], [0], [100]), nulls(1, 1))
    expect([test.harmP(0), test.goodP(0)]).toEqual([undefined, undefined])
  })

  it('doubts both sides of an even split', () => {
    const test = scoreTest(streamOf([200], [1000], [200], [1000]), nulls(1, 1))
    expect(test.harmP(0)).toBeCloseTo(0.5, 10)
    expect(test.goodP(0)).toBeCloseTo(0.5, 10)
  })
})

describe('podAutocovariance', () => {
  const pods: readonly PodCounts[] = phiReference.x.map((x, j) => ({
    name: `p${j}`,
    arm: 'stable',
    aggregate: false,
    events: Float64Array.from(x),
    requests: Float64Array.from(phiReference.n[j] ?? []),
    sampled: new Float64Array(x.length).fill(1),
  }))

  it('agrees with the reference to 1e-9', () => {
    const { autocovariance } = podAutocovariance(pods, 120, phiReference.pbar)
    phiReference.r.forEach((value, bin) =>
      expect(Math.abs((autocovariance[bin] ?? 0) - value)).toBeLessThan(1e-9),
    )
  })

  it('does not depend on the order of pods', () => {
    const forth = podAutocovariance(pods, 120, phiReference.pbar).autocovariance
    const back = podAutocovariance(pods.toReversed(), 120, phiReference.pbar).autocovariance
    forth.forEach((value, bin) => expect(back[bin]).toBeCloseTo(value, 10))
  })
})

describe('clusteredSum', () => {
  const T = phiReference.V.length
  const nested = Array.from({ length: 10 }, (_, j) =>
    Float64Array.from({ length: T }, (_v, t) =>
      j < (phiReference.C[t] ?? 0) ? 1 / (phiReference.C[t] ?? 1) : 0,
    ),
  )
  const stable = Array.from({ length: 10 }, () => new Float64Array(T).fill(0.1))
  const v = Float64Array.from(phiReference.V)

  it('gives the dispersion of the reference to 1e-9', () => {
    const sum = clusteredSum(v, [...nested, ...stable], phiReference.r, [0])[0]
    let total = 0
    phiReference.phi.forEach((phi, t) => {
      total += at(v, t)
      const own = total > 0 ? 1 + ((11 / 9) * (sum?.[t] ?? 0)) / total + 0.0025 * total : 1
      expect(Math.abs(own - phi) / phi).toBeLessThan(1e-9)
    })
  })

  it('agrees with the double sum written out, at every start and beyond the last near lag', () => {
    const length = 90
    const w = Float64Array.from({ length }, (_, t) => 1 + ((t * 7) % 5))
    const shares = [0, 1, 2].map((j) =>
      Float64Array.from({ length }, (_, t) => ((t + j) % 3 === 0 ? 0.5 : 0.25)),
    )
    const r = [1, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05] as const
    const bins = (lag: number): number => r[lag === 0 ? 0 : Math.min(Math.floor(Math.log2(lag)) + 1, 6)] ?? 0
    const starts = [0, 1, 40, 89]
    const sums = clusteredSum(w, shares, r, starts)
    starts.forEach((start, i) => {
      for (const t of [start, 45, 89].filter((end) => end >= start)) {
        let direct = 0
        for (let k = start; k <= t; k++) {
          for (let l = start; l <= t; l++) {
            const g = shares.reduce((sum, f) => sum + at(f, k) * at(f, l), 0)
            direct += at(w, k) * at(w, l) * bins(Math.abs(k - l)) * g
          }
        }
        expect(sums[i]?.[t]).toBeCloseTo(direct, 8)
      }
    })
  })
})
