import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import type { MetricVerdict, Verdict } from '../../src/engine/model/verdict.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import type { Effect } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { type RolloutOptions, simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { handMade, policyOf, strict, strictNames } from './made/recordings.ts'

const rollout = (effect: Effect, other: Partial<RolloutOptions> = {}): Recording =>
  simulateRollout({ seed: 'kinds', effect, metrics: strictNames, ...other })
const metricOf = (verdict: Verdict, name: string): MetricVerdict | undefined =>
  verdict.metrics.find((metric) => metric.name === name)

describe('errors', () => {
  it('estimates the ratio and holds it in its interval', () => {
    const ratio = metricOf(analyze(rollout({ errors: 2 }), strict), 'errors')?.ratio
    expect(ratio?.low).toBeGreaterThan(1)
    expect(ratio?.low).toBeLessThan(2)
    expect(ratio?.high).toBeGreaterThan(2)
  })

  it('stops a crash in its first minute', () => {
    const recording = rollout({ crash: { failing: 0.9, fromMinute: 0 } })
    expect(outcomesBySlice(recording, strict).firstFail).toBe(120)
    expect(analyze(recording, strict, 120).summary).toMatch(
      /^fail: errors \d\d% of 1\d\d canary requests vs .*, crashing$/,
    )
  })

  it('lets a healthy canary through an outage that both arms share', () => {
    const outages = Array.from({ length: 10 }, (_, seed) => rollout({}, { seed, noise: noises['outage-60'] }))
    expect(
      outages.filter((recording) => outcomesBySlice(recording, strict).firstFail !== undefined),
    ).toHaveLength(0)
  })

  it('is not blind to one ill pod among ten', () => {
    expect(
      outcomesBySlice(rollout({ badPods: { pods: 1, errors: 10, latency: 1 } }), strict).firstFail,
    ).toBeLessThan(135)
  })
})

describe('latency', () => {
  const slow = analyze(rollout({ latency: 1.25 }), strict, 135)

  it('says how much slower, at which bound, with both quantiles', () => {
    const p95 = metricOf(slow, 'p95')
    expect(p95?.judged).toBe('fail')
    expect(p95?.ratio?.low).toBeGreaterThan(1.05)
    expect(p95?.ratio?.high).toBeLessThan(1.5)
    expect(p95?.bounds).toEqual([0.25])
    expect(p95?.stable.value).toBeGreaterThan(0.25)
    expect(p95?.stable.value).toBeLessThan(0.29)
    expect(p95?.canary.value ?? 0).toBeGreaterThan((p95?.stable.value ?? 0) * 1.1)
  })

  it('tolerates what the tolerance says', () => {
    const tolerant = policyOf([{ name: 'p95', kind: 'latency', tolerance: '25%', margin: '60%' }])
    const intolerant = policyOf([{ name: 'p95', kind: 'latency', tolerance: 1 }])
    const recordings = Array.from({ length: 8 }, (_, seed) => rollout({ latency: 1.15 }, { seed }))
    const fails = (policy: typeof tolerant): number =>
      recordings.filter((recording) => outcomesBySlice(recording, policy).firstFail !== undefined).length
    expect(fails(tolerant)).toBe(0)
    expect(fails(intolerant)).toBe(8)
  })

  it('passes a canary within the margin only', () => {
    const policy = policyOf([{ name: 'p95', kind: 'latency', tolerance: '10%', margin: '20%' }], {
      riskProportional: false,
    })
    expect(outcomesBySlice(rollout({ latency: 1.02 }), policy).passedSteps.length).toBeGreaterThan(0)
    expect(outcomesBySlice(rollout({ latency: 1.22 }), policy).passedSteps).toEqual([])
  })

  it('judges a limit at the smallest bound at or above it', () => {
    const policy = policyOf([{ name: 'p95', kind: 'latency', tolerance: 2, margin: 3, limit: '300ms' }])
    const verdict = analyze(rollout({ latency: 1.6 }), policy)
    expect(verdict.reasons[0]).toMatchObject({ code: 'over-limit', metric: 'p95' })
    expect(verdict.summary).toMatch(
      /^fail: at \d\d:\d\d p95 over its limit of 300 ms: \d+% of [\d,]+ canary requests over 300 ms vs /,
    )
    expect(analyze(rollout({ latency: 1 }), policy).judged).toBe('pass')
  })

  it('names a limit beyond every bound', () => {
    const policy = policyOf([{ name: 'p95', kind: 'latency', limit: '60s' }])
    expect(analyze(rollout({}), policy).reasons.map(({ code }) => code)).toContain('no-bound-for-limit')
  })

  it('reads the bounds to test from the shape where only some were recorded', () => {
    const whole = rollout({ latency: 1.25 })
    const latency = whole.metrics['p95']
    if (latency?.kind !== 'latency') throw new Error('expected a latency metric')
    const kept = [0.1, 0.15, 0.25, 0.3, 0.4].map((bound) => latency.bounds.indexOf(bound))
    const stable = whole.pods.map(({ arm }) => arm === 'stable')
    const historic = (rows: readonly (readonly (number | null)[])[]): number =>
      rows.reduce(
        (sum, row, j) =>
          sum + (stable[j] === true ? row.slice(0, 120).reduce<number>((a, x) => a + (x ?? 0), 0) : 0),
        0,
      )
    const some: Recording = {
      ...whole,
      metrics: {
        p95: {
          kind: 'latency',
          bounds: kept.map((index) => latency.bounds[index] ?? 0),
          above: latency.above.map((rows) => rows && kept.map((index) => rows[index] ?? [])),
          total: latency.total,
          shape: {
            bounds: latency.bounds,
            above: latency.bounds.map((_, b) => historic(latency.above.map((rows) => rows?.[b] ?? []))),
            total: historic(latency.total.map((row) => row ?? [])),
          },
        },
      },
    }
    const policy = policyOf([{ name: 'p95', kind: 'latency', tolerance: 1 }])
    expect(outcomesBySlice(some, policy).firstFail).toBeLessThan(130)
    expect(metricOf(analyze(some, policy), 'p95')?.bounds).toEqual([0.25])
  })
})

describe('conversion', () => {
  it('fails when the canary converts less, and never when it converts more', () => {
    const less = analyze(rollout({ conversion: 0.7 }), strict)
    expect(less.summary).toMatch(
      /^fail: at \d\d:\d\d conversion [\d.]+% of [\d,]+ in the canary vs \d+% of [\d,]+ in stable, at least [\d.]+% lower$/,
    )
    expect(metricOf(less, 'conversion')?.ratio?.high).toBeLessThan(1)
    expect(analyze(rollout({ conversion: 1.3 }), strict).judged).toBe('pass')
  })
})

describe('gauge', () => {
  const memory = policyOf([
    { name: 'memory', kind: 'gauge', tolerance: '10%', margin: '40%', required: true },
  ])

  it('fails a level beyond the tolerance and passes one within the margin', () => {
    expect(outcomesBySlice(rollout({ memory: 1.5 }), memory).firstFail).toBeDefined()
    expect(outcomesBySlice(rollout({}), memory)).toMatchObject({
      passedSteps: expect.arrayContaining([expect.anything()]),
    })
    expect(outcomesBySlice(rollout({}), memory).firstFail).toBeUndefined()
  })

  it('finds a leak by its trend, and takes a filling cache for none', () => {
    const leak = { leak: { memoryPerMinute: 0.03, latencyPerMinute: 0, errors: 1, errorsFromMinute: 30 } }
    expect(outcomesBySlice(rollout(leak), memory).firstFail).toBeDefined()
    expect(outcomesBySlice(rollout({}, { noise: noises['cache-fill'] }), memory).firstFail).toBeUndefined()
  })

  it('compares levels that may be zero relative to stable', () => {
    const base = handMade({ history: 60, slices: 90, stablePods: 4, canaryPods: 2 })
    const queue = (canary: number): Recording => ({
      ...base,
      metrics: {
        memory: {
          kind: 'gauge',
          value: base.pods.map(({ arm }, j) =>
            Array.from({ length: 90 }, (_, k) =>
              arm === 'canary' ? (k < 60 ? null : canary + ((k + j) % 2)) : (k + j) % 5,
            ),
          ),
        },
      },
    })
    expect(outcomesBySlice(queue(8), memory).firstFail).toBeDefined()
    expect(outcomesBySlice(queue(1), memory).firstFail).toBeUndefined()
  })

  it('says that a level rose lately where its mean over the rollout is below stable', () => {
    const base = handMade({ history: 60, slices: 90, stablePods: 4, canaryPods: 2 })
    const levelOf = (arm: string, j: number, k: number): number | null => {
      const wobble = 100 * (1 + 0.01 * Math.sin(3 * j + 2 * k))
      if (arm === 'stable') return wobble
      return k < 60 ? null : wobble * Math.exp(-0.7 + 0.045 * (k - 60))
    }
    const value = base.pods.map(({ arm }, j) => Array.from({ length: 90 }, (_, k) => levelOf(arm, j, k)))
    const verdict = analyze({ ...base, metrics: { memory: { kind: 'gauge', value } } }, memory)
    expect(verdict.summary).toMatch(
      /^fail: at \d\d:\d\d memory higher than stable in the latest slices; over the whole rollout [\d.]+ vs [\d.]+$/,
    )
  })

  it('judges a limit by the canary alone while stable is lower', () => {
    const policy = policyOf([{ name: 'memory', kind: 'gauge', tolerance: 2, limit: '600Mi' }])
    const verdict = analyze(rollout({ memory: 1.6 }), policy)
    expect(verdict.reasons[0]?.code).toBe('over-limit')
    expect(verdict.summary).toMatch(/^fail: at \d\d:\d\d memory over the limit of 629M: \d+M vs \d+M$/)
    expect(analyze(rollout({}), policy).judged).not.toBe('fail')
  })

  it('needs a large difference where pods are not known', () => {
    const arms = { podLabels: false } as const
    expect(outcomesBySlice(rollout({ memory: 1.15 }, arms), memory).firstFail).toBeUndefined()
    expect(outcomesBySlice(rollout({ memory: 3 }, arms), memory).firstFail).toBeDefined()
  })
})

describe('several metrics', () => {
  it('names those that are significant on their own', () => {
    const verdict = analyze(rollout({ errors: 10, latency: 2 }), strict)
    expect(verdict.metrics.filter(({ judged }) => judged === 'fail').map(({ name }) => name)).toContain('p95')
    expect(verdict.summary).toMatch(/^fail: /)
  })
})
