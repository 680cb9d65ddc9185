import { describe, expect, it } from 'vitest'
import { canaryTime } from '../../../src/engine/counts/canary-time.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import { podOf, windowOf } from '../made/pod-tables.ts'

const flat = (length: number, value: number): readonly number[] => Array.from({ length }, () => value)
const pod = (arm: 'canary' | 'stable', requests: readonly number[], aggregate = false): PodCounts =>
  podOf(arm, flat(requests.length, 0), requests, aggregate)
const known = (whole: PodCounts, slices: number): PodCounts => ({
  ...whole,
  sampled: whole.sampled.map((seen, k) => (k < slices ? seen : 0)),
  requests: whole.requests.map((n, k) => (k < slices ? n : 0)),
})
const timeOf = (pods: readonly PodCounts[], slices: number, warmup = 0): readonly number[] => {
  const window = windowOf(0, slices, warmup, [{ slice: 0, ends: slices, weight: 25 }])
  return [...canaryTime(pods, { ...window, learnsOn: true })]
}

describe('canaryTime', () => {
  it('counts time past the warm-up, with requests or without, where few are expected', () => {
    expect(timeOf([pod('canary', [0, 0, 0, 1, 0]), pod('stable', flat(5, 1))], 5, 2)).toEqual([0, 0, 1, 1, 1])
  })

  it('counts no time where the canary should have had requests and has none', () => {
    expect(timeOf([pod('canary', flat(4, 0)), pod('stable', flat(4, 6))], 4)).toEqual([1, 0, 0, 0])
  })

  it('counts no time in which the canary has no sample', () => {
    const canary = { ...pod('canary', flat(5, 1)), sampled: Float64Array.of(1, 0, 0, 1, 0) }
    expect(timeOf([canary, pod('stable', flat(5, 1))], 5)).toEqual([1, 0, 0, 1, 0])
  })

  it.each([false, true])(
    'says of each slice what it said when that slice was the last, arms only: %s',
    (arms) => {
      const canary = {
        ...pod('canary', [0, 0, 0, 0, 1, 0, 2], arms),
        sampled: Float64Array.of(0, 1, 1, 0, 1, 0, 1),
      }
      const stable = pod('stable', flat(7, 1), arms)
      const whole = timeOf([canary, stable], 7, 1)
      expect(whole).toContain(1)
      for (let last = 1; last <= 7; last++) {
        const time = timeOf([known(canary, last), known(stable, last)], 7, 1)
        expect(time.slice(0, last)).toEqual(whole.slice(0, last))
      }
    },
  )
})
