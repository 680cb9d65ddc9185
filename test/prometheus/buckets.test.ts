import { describe, expect, test } from 'vitest'
import { armsOf } from '../../src/prometheus/presets.ts'
import { boundTexts, neededBounds, readBound } from '../../src/prometheus/bucket-bounds.ts'
import { countBuckets, countEvents } from '../../src/prometheus/count-metric.ts'
import { extendGrid, emptyGrid, type Grid } from '../../src/prometheus/grid.ts'
import type { MetricRows } from '../../src/prometheus/metric-rows.ts'
import { nativeBounds, toClassic } from '../../src/prometheus/native-histograms.ts'
import type { Series } from '../../src/prometheus/query-result.ts'
import { createRunCache, type RunState } from '../../src/prometheus/run-state.ts'

const slicing = { sliceSeconds: 60, start: 0, rolloutStart: 0 }
const subject = { namespace: 'shop', name: 'web', revision: 'ccc', stableRevision: 'bbb', params: {} }
const arms = armsOf({ preset: 'pods', labels: {} }, subject)
const context = { metric: 'latency', arms, slicing, slices: 2 }

const series = (labels: Readonly<Record<string, string>>, values: readonly number[]): Series => ({
  labels: { pod: 'web-bbb-22222', ...labels },
  times: values.map((_, j) => 60 * j),
  values,
})

const gridOf = (...all: readonly Series[]): Grid => extendGrid(emptyGrid, all, slicing, 3).grid

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

  const shape = {
    bounds: [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10],
    above: [999, 900, 500, 240, 100, 50, 20, 9, 2, 0],
    total: 1000,
  }

  test('neededBounds(shape) are those that the engine chooses, with their neighbours', () => {
    expect(neededBounds(shape, { quantile: 0.95 })).toEqual([0.05, 0.1, 0.2, 0.3, 0.5, 1, 2])
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
})

describe('countBuckets', () => {
  const state = (grid: Grid, bounds?: readonly number[]) => ({
    total: grid,
    part: emptyGrid,
    late: false,
    ...(bounds !== undefined && { histogram: { native: false, bounds } }),
  })
  const count = (grid: Grid, bounds?: readonly number[], unitsPerSecond = 1): MetricRows =>
    countBuckets(state(grid, bounds), unitsPerSecond, context)

  test('countBuckets() takes 1 and 1.0 for one bound, and gives those slower than it', () => {
    const grid = gridOf(
      series({ le: '1' }, [5, 8]),
      series({ le: '1.0' }, [Number.NaN, Number.NaN, 9]),
      series({ le: '+Inf' }, [10, 20, 25]),
    )
    expect(gridOf(series({ le: '1' }, [5])).points).toBe(3)
    const { rows, bounds } = count(grid)
    expect(bounds).toEqual([1])
    expect(rows[0]?.total).toEqual([10, 5])
    expect(rows[0]?.parts[0]).toEqual([7, 4])
  })

  test('countBuckets() gives bounds in seconds', () => {
    const grid = gridOf(series({ le: '300' }, [0, 1, 2]), series({ le: '+Inf' }, [0, 1, 3]))
    expect(count(grid, [300], 1000).bounds).toEqual([0.3])
  })

  test('countBuckets() leaves out and names a target with other bounds', () => {
    const other = { pod: 'web-ccc-22222' }
    const grid = gridOf(
      series({ le: '1' }, [0, 1, 2]),
      series({ le: '+Inf' }, [0, 1, 3]),
      series({ ...other, le: '2' }, [0, 1, 2]),
      series({ ...other, le: '+Inf' }, [0, 1, 3]),
      series({ pod: 'stranger', le: '1' }, [0, 1, 3]),
    )
    const { rows, problems } = count(grid, [1])
    expect(rows.map(({ pod }) => pod)).toEqual(['web-bbb-22222'])
    expect(problems).toEqual([
      {
        code: 'source-invalid',
        metric: 'latency',
        text: 'latency: 1 targets have other bucket bounds than stable had and are left out',
      },
    ])
  })
})

describe('countEvents', () => {
  test('countEvents() adds up the containers of a pod, also one that only counts the events', () => {
    const total = gridOf(series({ container: 'a' }, [0, 10, 20]), series({ container: 'b' }, [0, 300, 500]))
    const part = gridOf(series({ container: 'a' }, [0, 1, 1]), series({ container: 'c' }, [7, 9, 12]))
    const { rows } = countEvents({ total, part, late: false }, context)
    expect(rows).toEqual([{ pod: 'web-bbb-22222', arm: 'stable', total: [310, 210], parts: [[3, 3]] }])
  })

  test('countEvents() names at most three of the pods that had a problem', () => {
    const names = ['22222', '44444', '55555', '66666']
    const total = gridOf(...names.map((name) => series({ pod: `web-bbb-${name}` }, [10, 20, 5])))
    const { problems } = countEvents({ total, part: emptyGrid, late: false }, context)
    expect(problems.map(({ text }) => text)).toEqual([
      'latency: counters began anew, as after a restart: web-bbb-22222, web-bbb-44444, web-bbb-55555 and 1 more',
    ])
  })
})

describe('createRunCache', () => {
  const state: RunState = { slicing, metrics: new Map() }

  test('createRunCache() drops the run that was used least recently, and counts bytes', () => {
    const cache = createRunCache(2500)
    cache.set('a', state)
    cache.set('b', state)
    cache.get('a')
    cache.set('c', state)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([state, undefined, state])
    expect(cache.bytes).toBe(2000)
    cache.set('a', state)
    expect(cache.bytes).toBe(2000)
    cache.clear()
    expect([cache.bytes, cache.get('a')]).toEqual([0, undefined])
  })

  test('createRunCache() does not keep what alone is too large', () => {
    const cache = createRunCache(10)
    cache.set('a', state)
    expect([cache.bytes, cache.get('a')]).toEqual([0, undefined])
  })
})
