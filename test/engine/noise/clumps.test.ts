import { describe, expect, it } from 'vitest'
import type { PodDispersion } from '../../../src/engine/noise/dispersion.ts'
import { learnNoise, type Noise } from '../../../src/engine/noise/noise.ts'
import { podAutocovariance } from '../../../src/engine/noise/pod-autocovariance.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import type { ArmSlices } from '../../../src/engine/counts/slices.ts'
import { createRandom } from '../../../src/simulate/random.ts'
import { samplePoisson } from '../../../src/simulate/sample-poisson.ts'

/** Ten pods, two hours, 1.5 events for each pod and slice, in clumps of `size`; the first pod has `ill` times as many. */
function history({ size = 1, ill = 1 }): readonly PodCounts[] {
  const random = createRandom(`${size} ${ill}`)
  const clumps = (pod: number): number => ((pod === 0 ? ill : 1) * 1.5) / size
  return Array.from({ length: 10 }, (_, pod) => ({
    name: `p${pod}`,
    arm: 'stable',
    aggregate: false,
    events: Float64Array.from({ length: 120 }, () => size * samplePoisson(random, clumps(pod))),
    requests: new Float64Array(120).fill(300),
    sampled: new Float64Array(120).fill(1),
  }))
}

describe('podAutocovariance', () => {
  it('finds no clumps where events are independent', () => {
    expect(podAutocovariance(history({}), 120, 0.005).clump).toBe(0)
  })

  it.each([3, 10])('finds how many events come along with one: clumps of %i', (size) => {
    const { clump } = podAutocovariance(history({ size }), 120, 0.005)
    expect(clump / (size - 1)).toBeGreaterThan(0.8)
    expect(clump / (size - 1)).toBeLessThan(1.2)
  })

  it('finds no clumps in a pod that is ill for hours', () => {
    const { clump, autocovariance } = podAutocovariance(history({ ill: 4 }), 120, 0.005)
    expect(autocovariance[6]).toBeGreaterThan(0.3)
    expect(clump).toBe(0)
  })
})

function armOf(pods: number, requests: number, events: number): ArmSlices {
  const one = (value: number): Float64Array => Float64Array.of(value)
  const rows = (value: number): readonly Float64Array[] =>
    Array.from({ length: pods }, () => one(value / pods))
  return {
    events: one(events),
    requests: one(requests),
    pods: one(pods),
    shares: rows(1),
    podEvents: rows(events),
    podRequests: rows(requests),
  }
}

/** Momentary noise of .4 in pods with five events a slice, which means clumps of three. */
function noiseOf(canary: ArmSlices, clump: number): Noise {
  const dispersion: PodDispersion = {
    kind: 'pods',
    pods: 11,
    autocovariance: [0.4, 0, 0, 0, 0, 0, 0],
    lasting: 0,
    clump,
    inflation: 1.2,
    share: 0.01,
    eventsPerSlice: 50,
  }
  const arms = { canary, stable: armOf(10, 5000, 50) }
  return learnNoise({ arms, facing: arms, dispersion, tau: 0, restarts: [{ from: 0, weight: 1 }] })
}

describe('phi', () => {
  it('takes the mean of clumps and of unlike pods where canary pods have few events', () => {
    const small = armOf(2, 100, 1)
    // .4·V²·(1/2 + 1/10) if pods differ in health, 2·V if failures come in clumps
    const unlike = (0.4 * 0.6 * 50) / 51
    expect(noiseOf(small, 2).phi(1, 0, 0)).toBeCloseTo(1 + (1.2 * (unlike + 2)) / 2, 12)
    expect(noiseOf(small, 0).phi(1, 0, 0)).toBeCloseTo(1 + 1.2 * unlike, 12)
  })

  it('takes pods to be unlike where they have more events than in history', () => {
    // V = 550·(500/5500)(5000/5500): with one pod, pods that differ in health mean more noise than clumps
    const large = armOf(1, 5000, 500)
    const v = 550 / 4
    expect(noiseOf(large, 2).phi(1, 0, 0)).toBeCloseTo(1 + 1.2 * 0.4 * v * 1.1, 12)
  })

  it('lets the canary alone be as clumped', () => {
    // of 100 requests: .01·.4·100/2 if pods differ, 2 from clumps
    expect(noiseOf(armOf(2, 100, 1), 2).phiAbsolute(0.01, 0)).toBeCloseTo(1 + (1.2 * (0.2 + 2)) / 2, 12)
    expect(noiseOf(armOf(2, 100, 1), 0).phiAbsolute(0.01, 0)).toBeCloseTo(1 + 1.2 * 0.2, 12)
  })

  it('plans for clumps', () => {
    expect(noiseOf(armOf(2, 100, 1), 2).growth(0).fixed).toBeCloseTo(1 + 1.2, 12)
  })
})
