import { describe, expect, it } from 'vitest'
import { confidenceSequence } from '../../../src/engine/evidence/confidence-sequence.ts'
import type { Interval } from '../../../src/engine/model/verdict.ts'
import { armOf } from '../made/arm-slices.ts'

type Table = readonly (readonly [number, number, number, number])[]

const arms = (table: Table) => ({
  canary: armOf(
    table.map(([x]) => x),
    table.map(([, n]) => n),
  ),
  stable: armOf(
    table.map(([, , y]) => y),
    table.map(([, , , m]) => m),
  ),
})

const STEP = 0.01

/** The set by the formula of docs/statistics.md, over all 601 points, each slice with all four counts. */
function byHand(table: Table, phi: number): Interval {
  const points = Array.from({ length: 601 }, (_, i) => (i - 300) * STEP)
  const prior = points.map((g) => Math.exp(-0.5 * (g / 0.8) ** 2) + 0.3 * Math.exp(-Math.abs(g) / 0.3))
  const mass = prior.reduce((sum, value) => sum + value, 0)
  const logs = points.map((g) => {
    const log = table.reduce((sum, [x, n, y, m]) => {
      if (n === 0 || m === 0) return sum
      const theta = Math.exp(g)
      const p = (n * theta) / (n * theta + m)
      const p1 = n / (n + m)
      return sum + x * Math.log(p / p1) + y * Math.log((1 - p) / (1 - p1))
    }, 0)
    return log / phi
  })
  const top = Math.max(...logs)
  const marginal = logs.reduce((sum, log, i) => sum + (Math.exp(log - top) * (prior[i] ?? 0)) / mass, 0)
  const threshold = top + Math.log(marginal) + Math.log(0.05)
  const inside = points.filter((_, i) => (logs[i] ?? 0) > threshold)
  return {
    estimate: Math.exp(points[logs.indexOf(top)] ?? Number.NaN),
    // the next point outwards on the grid, so that no value between two points is left out
    low: Math.exp(Math.max((inside[0] ?? 0) - STEP, -3)),
    high: Math.exp(Math.min((inside.at(-1) ?? 0) + STEP, 3)),
  }
}

function expectInterval(found: Interval | undefined, expected: Interval): void {
  expect(found?.estimate).toBeCloseTo(expected.estimate, 10)
  expect(found?.low).toBeCloseTo(expected.low, 10)
  expect(found?.high).toBeCloseTo(expected.high, 10)
}

const mixed: Table = [
  [1, 150, 14, 2850],
  [0, 150, 12, 2850],
  [2, 750, 11, 2250],
  [5, 750, 13, 2250],
  [9, 1500, 8, 1500],
  [30, 1500, 9, 1500],
]

describe('confidenceSequence', () => {
  it.each([
    ['a mixed rollout', mixed, 1],
    ['the same with noise', mixed, 4.5],
    ['the first slice alone', mixed.slice(0, 1), 1],
    ['one event', [[1, 100, 0, 900]], 1],
    ['a canary without events', [[0, 500, 40, 500]], 1],
    ['a stable arm without events', [[12, 100, 0, 900]], 1],
    ['very many events', [[60_000, 1e6, 40_000, 1e6]], 1],
    ['a ratio beyond the grid', [[90_000, 1e5, 400, 1e5]], 1],
    ['a ratio below it', [[400, 1e5, 90_000, 1e5]], 1],
    ['all the noise there is', mixed, 1e6],
  ] as const)('is the formula over the whole grid: %s', (_name, table: Table, phi) => {
    expectInterval(confidenceSequence(arms(table), table.length - 1, phi), byHand(table, phi))
  })

  it('knows nothing of later slices', () => {
    for (let t = 0; t < mixed.length; t++) {
      expectInterval(confidenceSequence(arms(mixed), t, 2), byHand(mixed.slice(0, t + 1), 2))
    }
  })

  it('reaches from 1/20 to 20, whatever was seen', () => {
    const low = confidenceSequence(arms([[0, 1e5, 1e5, 1e5]]), 0, 1)
    const high = confidenceSequence(arms([[1e5, 1e5, 0, 1e5]]), 0, 1)
    expect([low?.estimate, low?.low]).toEqual([Math.exp(-3), Math.exp(-3)])
    expect([high?.estimate, high?.high]).toEqual([Math.exp(3), Math.exp(3)])
  })

  it('is the inverse where the arms change their names', () => {
    const there = confidenceSequence(arms(mixed), 5, 1)
    const back = confidenceSequence(arms(mixed.map(([x, n, y, m]) => [y, m, x, n] as const)), 5, 1)
    expect(there?.low).toBeCloseTo(1 / (back?.high ?? 0), 10)
    expect(there?.high).toBeCloseTo(1 / (back?.low ?? 0), 10)
  })

  it('is undefined until there is an event in a slice where both arms have traffic', () => {
    const silent = arms([
      [5, 10, 0, 0],
      [0, 0, 5, 10],
      [0, 10, 0, 10],
      [0, 10, 1, 10],
    ])
    expect([0, 1, 2].map((t) => confidenceSequence(silent, t, 1))).toEqual([undefined, undefined, undefined])
    expectInterval(confidenceSequence(silent, 3, 1), byHand([[0, 10, 1, 10]], 1))
  })
})
