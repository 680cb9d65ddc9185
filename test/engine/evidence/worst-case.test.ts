import { expect, it } from 'vitest'
import type { WorstCase } from '../../../src/engine/evidence/metric-evidence.ts'
import { worstCase } from '../../../src/engine/evidence/worst-case.ts'
import { armOf, noiseOf, streamOf } from '../made/arm-slices.ts'

type Slices = readonly number[]
interface Counts {
  readonly events: Slices
  readonly requests: Slices
}

const step = { next: 50, slices: 20, sliceSeconds: 60 }
const filled = (count: number, value: number): Slices => Array.from({ length: count }, () => value)
const stable: Counts = { events: filled(10, 1), requests: filled(10, 100) }

function worst(
  canary: Counts,
  other: {
    readonly stable?: Counts
    readonly phi?: number
    readonly step?: Partial<typeof step>
    readonly t?: number
  } = {},
): WorstCase | undefined {
  const against = other.stable ?? stable
  const series = streamOf(
    armOf(canary.events, canary.requests),
    armOf(against.events, against.requests),
    noiseOf([1]),
  )
  return worstCase(series, other.phi ?? 1, { ...step, ...other.step }, other.t ?? canary.requests.length - 1)
}

/** 95 % quantiles of gamma distributions, half those of chi-square with twice the degrees of freedom. */
const quantiles = { 1: 2.99573, 2: 4.74386, 6: 10.51302, 11: 16.96222 } as const

/** Half of 110 requests a slice go to the canary in 20 slices. */
const served = 1100

it.each([
  [0, quantiles[1]],
  [1, quantiles[2]],
  [5, quantiles[6]],
  [10, quantiles[11]],
])('with %s bad outcomes in 100 canary requests it takes at most %s of them for possible', (events, most) => {
  const canary = { events: [events, ...filled(9, 0)], requests: filled(10, 10) }
  const { excess = Number.NaN, usual, requestsPerMinute } = worst(canary) ?? {}
  expect(excess).toBeGreaterThan((most / 100 - 0.01) * served * 0.985)
  expect(excess).toBeLessThan((most / 100 - 0.01) * served * 1.015)
  expect([usual, requestsPerMinute]).toEqual([22, 110])
})

it('takes noise for larger up to four times, and never for smaller than that of independent requests', () => {
  const canary = { events: [10, ...filled(9, 0)], requests: filled(10, 10) }
  const excess = (phi: number): number => worst(canary, { phi })?.excess ?? Number.NaN
  expect(excess(0.5)).toBe(excess(1))
  expect(excess(9)).toBe(excess(4))
  expect(excess(2)).toBeCloseTo(((2 * quantiles[6]) / 100 - 0.01) * served, -1)
  expect(excess(4)).toBeGreaterThan(excess(2))
})

it('takes the smaller of two bounds: what happens to both arms is no excess', () => {
  // stable fails ten times as often in the only slice that has canary requests
  const both = { events: [1, 1, 1, 1, 1, 1, 1, 1, 1, 91], requests: filled(10, 100) }
  const canary = { events: [...filled(9, 0), 10], requests: [...filled(9, 0), 11] }
  const usual = 100 / 1000
  const byRatio = (quantiles[11] / (11 * 0.91) - 1) * usual
  const served2 = ((11 + 1000) / 10) * 20 * 0.5
  expect(worst(canary, { stable: both })?.excess).toBeCloseTo(byRatio * served2, -1)
  const rare = { events: filled(10, 0), requests: filled(10, 100) }
  expect(worst(canary, { stable: rare })?.excess).toBeCloseTo(1 * served2, 5)
})

it('is nothing where the canary is shown to be better, and everything where it has no requests', () => {
  const bad = { events: filled(10, 50), requests: filled(10, 100) }
  expect(worst({ events: filled(10, 0), requests: filled(10, 10) }, { stable: bad })?.excess).toBe(0)
  const none = worst({ events: filled(10, 0), requests: filled(10, 0) })
  expect(none?.excess).toBeCloseTo(0.99 * 1000, 8)
})

it('cannot be said without requests of stable, by the look', () => {
  const late = { events: filled(10, 0), requests: [...filled(9, 0), 100] }
  const canary = { events: filled(10, 0), requests: filled(10, 10) }
  expect(worst(canary, { stable: late, t: 8 })).toBeUndefined()
  expect(worst(canary, { stable: late, t: 9 })).toBeDefined()
})

it('expects the traffic of the latest ten slices, in proportion to weight, length and minutes', () => {
  const grown = { events: filled(20, 1), requests: [...filled(10, 10), ...filled(10, 190)] }
  const canary = { events: filled(20, 0), requests: [...filled(10, 90), ...filled(10, 10)] }
  const { excess = Number.NaN, usual, requestsPerMinute } = worst(canary, { stable: grown }) ?? {}
  expect([usual, requestsPerMinute]).toEqual([(20 / 2000) * 200 * 20, 200])
  const half = worst(canary, { stable: grown, step: { next: 25, slices: 20, sliceSeconds: 120 } })
  expect(half?.excess).toBeCloseTo(excess / 2, 8)
  expect(half?.requestsPerMinute).toBe(100)
  expect(worst(canary, { stable: grown, step: { slices: 40 } })?.excess).toBeCloseTo(excess * 2, 8)
})

it('divides by the slices there are while they are fewer than ten', () => {
  const canary = { events: [0, 0], requests: [10, 10] }
  const few = { events: [1, 1], requests: [100, 100] }
  expect(worst(canary, { stable: few })?.requestsPerMinute).toBe(110)
  expect(worst(canary, { stable: few, t: 0 })?.requestsPerMinute).toBe(110)
})

it('leaves slices without stable requests out of what is expected of the canary', () => {
  const gap = { events: [1, 0, ...filled(8, 1)], requests: [100, 0, ...filled(8, 100)] }
  const canary = { events: [5, ...filled(9, 0)], requests: filled(10, 100) }
  // of 1000 canary requests, where stable has 1 %; expected are 9 outcomes, so the ratio allows more
  const byRate = quantiles[6] / 1000 - 0.01
  const { excess = Number.NaN } = worst(canary, { stable: gap }) ?? {}
  expect(excess / (190 * 20 * 0.5)).toBeGreaterThan(byRate - 0.0002)
  expect(excess / (190 * 20 * 0.5)).toBeLessThan(byRate + 0.0002)
})
