import { describe, expect, test } from 'vitest'
import {
  ascending,
  boundTexts,
  neededBounds,
  readBound,
} from '../../../src/sources/prometheus/histograms/bucket-bounds.ts'
import { nativeBounds, toClassic } from '../../../src/sources/prometheus/histograms/native-histograms.ts'
import type { Series } from '../../../src/sources/prometheus/client/query-result.ts'

describe('bounds', () => {
  test.each([
    [1, ['1', '1.0', '1e+00']],
    [0.25, ['0.25', '2.5e-01']],
    [1_000_000, ['1000000', '1000000.0', '1e+06']],
    [0.00001, ['0.00001', '1e-05']],
    [Infinity, ['+Inf']],
  ])('boundTexts(%d) are all ways to write it, and readBound() reads them', (bound, texts) => {
    expect(boundTexts(bound)).toEqual(texts)
    expect(texts.map(readBound)).toEqual(texts.map(() => bound))
  })

  test.each([[undefined], [''], ['x']])('readBound(%j) is no bound', (text) => {
    expect(readBound(text)).toBeUndefined()
  })

  test('ascending() of more bounds than any histogram has is too large', () => {
    const many = Array.from({ length: 1001 }, (_, i) => 1001 - i)
    expect(ascending(new Set(many.slice(1)))[0]).toBe(1)
    expect(() => ascending(many)).toThrow('expected a histogram with at most 1000 bounds, got 1001')
  })

  const shape = {
    bounds: [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10],
    above: [999, 900, 500, 240, 100, 50, 20, 9, 2, 0],
    total: 1000,
  }

  test('neededBounds(shape) are those that the engine chooses, with their neighbours', () => {
    expect(neededBounds(shape, { quantile: 0.95 })).toEqual([0.05, 0.1, 0.2, 0.3, 0.5, 1, 2])
  })

  test('neededBounds(shape of two modes) hold the bound beyond the quantile, with its neighbours', () => {
    const modes = { bounds: [0.1, 0.2, 0.3, 0.5, 1, 2, 5], above: [900, 60, 60, 60, 3, 1, 0], total: 1000 }
    // the look compares at .5, but the requests slower than p95 show at 1
    expect(neededBounds(modes, { quantile: 0.95 })).toEqual([0.1, 0.2, 0.3, 0.5, 1, 2])
  })

  test('neededBounds(shape, {limit}) holds the first bound at or above the limit', () => {
    expect(neededBounds(shape, { quantile: 0.95, limit: 4 })).toContain(5)
    expect(neededBounds(shape, { quantile: 0.95, limit: 99 })).toHaveLength(7)
  })

  test('neededBounds(a shape that is too coarse) are all', () => {
    expect(neededBounds({ bounds: [1, 2], above: [10, 0], total: 1000 }, { quantile: 0.95 })).toEqual([1, 2])
  })
})

describe('native histograms', () => {
  const histogram = {
    count: 10,
    buckets: [
      { low: -0.001, high: 0.001, count: 1 },
      { low: 1, high: 2, count: 4 },
      { low: 2, high: 4, count: 5 },
    ],
  }
  const native: Series = { labels: { pod: 'p' }, times: [60], values: [], histograms: [histogram] }

  test('nativeBounds() are the positive bounds of what ever held something', () => {
    expect(nativeBounds([native, { labels: {}, times: [], values: [] }])).toEqual([0.001, 1, 2, 4])
  })

  test('toClassic() is cumulative, and divides a bucket that holds the bound by ratio', () => {
    const half = Math.sqrt(8)
    expect(toClassic([native], [1, 2, half]).map(({ labels, values }) => [labels['le'], values[0]])).toEqual([
      ['1', 1],
      ['2', 5],
      [String(half), expect.closeTo(7.5, 9)],
      ['+Inf', 10],
    ])
    expect(toClassic([native], [0])[0]?.values[0]).toBe(0.5)
  })

  test('nativeBounds() of more than a histogram can have are some of them, evenly', () => {
    const buckets = Array.from({ length: 10_000 }, (_, i) => ({ low: i + 1, high: i + 2, count: 1 }))
    const many: Series = { labels: {}, times: [60], values: [], histograms: [{ count: 10_000, buckets }] }
    const bounds = nativeBounds([many])
    expect([bounds.length, bounds[0], bounds[1]]).toEqual([385, 1, 27])
    expect(toClassic([many], bounds).map(({ values }) => values[0])).toEqual([
      ...bounds.map((bound) => bound - 1),
      10_000,
    ])
  })
})
