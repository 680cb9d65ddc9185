import { describe, expect, it } from 'vitest'
import {
  conversionCounts,
  errorCounts,
  LARGEST_COUNT,
  latencyCounts,
  noBadSamples,
} from '../../../src/engine/counts/pod-counts.ts'
import type { ErrorsData, Pod, Sample } from '../../../src/engine/model/recording.ts'

const stable: Pod = { name: 's', arm: 'stable' }
const canary: Pod = { name: 'c', arm: 'canary' }

/** The table of one pod with these bad requests out of these requests. */
function tableOf(bad: readonly Sample[] | null, total: readonly Sample[]) {
  const table = errorCounts({ kind: 'errors', bad: [bad], total: [total] }, [stable])
  const [pod] = table.pods
  return { bad: table.bad, events: [...(pod?.events ?? [])], requests: [...(pod?.requests ?? [])], pod }
}

describe('errorCounts', () => {
  it('reads bad and total of each pod, by slice', () => {
    const data: ErrorsData = {
      kind: 'errors',
      bad: [[1, 2], null, [3, 4]],
      total: [[10, 20], null, [30, 40]],
    }
    const sum: Pod = { name: 'sum', arm: 'stable', aggregate: true }
    expect(errorCounts(data, [stable, canary, sum])).toEqual({
      pods: [
        {
          name: 's',
          arm: 'stable',
          aggregate: false,
          events: Float64Array.of(1, 2),
          requests: Float64Array.of(10, 20),
          sampled: Float64Array.of(1, 1),
        },
        {
          name: 'sum',
          arm: 'stable',
          aggregate: true,
          events: Float64Array.of(3, 4),
          requests: Float64Array.of(30, 40),
          sampled: Float64Array.of(1, 1),
        },
      ],
      bad: noBadSamples(),
    })
  })

  it('takes a missing event for none where the total has a sample, and nothing where it has none', () => {
    expect(tableOf([null, 2, 3], [10, 20, null])).toMatchObject({
      events: [0, 2, 0],
      requests: [10, 20, 0],
      bad: noBadSamples(),
    })
    expect(tableOf(null, [10, 20])).toMatchObject({ events: [0, 0], requests: [10, 20], bad: noBadSamples() })
    expect(tableOf([2], [10, 20])).toMatchObject({ events: [2, 0], requests: [10, 20] })
  })

  it('remembers the slices with a usable sample, traffic or not', () => {
    expect(tableOf([0, 0, 0, 0], [10, null, 0, null]).pod?.sampled).toEqual(Float64Array.of(1, 0, 1, 0))
    expect(tableOf([0, 0, 0], [10, Number.NaN, -1]).pod?.sampled).toEqual(Float64Array.of(1, 0, 0))
    expect(tableOf([0, 0], [null, null]).pod?.sampled).toEqual(Float64Array.of(0, 0))
  })

  it.each([
    ['events that are NaN', Number.NaN, 10, { notFinite: 1 }],
    ['infinite events', Infinity, 10, { notFinite: 1 }],
    ['requests that are NaN', 1, Number.NaN, { notFinite: 1 }],
    ['infinite requests', 1, Infinity, { notFinite: 1 }],
    ['negative events', -0.5, 10, { negative: 1 }],
    ['negative requests', 0, -1, { negative: 1 }],
    ['more events than requests', 10.5, 10, { aboveTotal: 1 }],
    ['more requests than any service has', 1, LARGEST_COUNT * 1.001, { tooLarge: 1 }],
  ])('leaves out and names %s', (_name, x, n, named) => {
    expect(tableOf([2, x, 3], [20, n, 30])).toMatchObject({
      events: [2, 0, 3],
      requests: [20, 0, 30],
      bad: { ...noBadSamples(), ...named },
    })
  })

  it.each([
    ['all requests bad', 10, 10],
    ['no requests', 0, 0],
    ['the largest count', LARGEST_COUNT, LARGEST_COUNT],
  ])('uses %s as they are', (_name, x, n) => {
    expect(tableOf([x], [n])).toMatchObject({ events: [x], requests: [n], bad: noBadSamples() })
  })

  it.each([
    ['events', 1.5, 10],
    ['requests', 1, 10.5],
    ['events and requests', 1.5, 10.5],
  ])('uses %s that are not whole, and counts the sample once', (_name, x, n) => {
    const named = { ...noBadSamples(), notWhole: 1 }
    expect(tableOf([x], [n])).toMatchObject({ events: [x], requests: [n], bad: named })
  })

  it('takes less than a billionth for a rounding error of nothing', () => {
    expect(tableOf([0.99e-9, 1e-9], [1, 1]).events).toEqual([0, 1e-9])
    expect(tableOf([0, 0], [0.99e-9, 1e-9]).requests).toEqual([0, 1e-9])
  })

  it('counts the bad samples of all pods together', () => {
    const data: ErrorsData = { kind: 'errors', bad: [[-1], [-1]], total: [[1], [1]] }
    expect(errorCounts(data, [stable, canary]).bad).toEqual({ ...noBadSamples(), negative: 2 })
  })
})

describe('conversionCounts', () => {
  it('counts the good ones', () => {
    const { pods } = conversionCounts({ kind: 'conversion', good: [[7]], total: [[9]] }, [canary])
    expect(pods).toMatchObject([{ arm: 'canary', events: Float64Array.of(7), requests: Float64Array.of(9) }])
  })
})

describe('latencyCounts', () => {
  it('counts requests slower than the bound of that index', () => {
    const above = [
      [
        [5, 6],
        [1, 2],
      ],
      null,
    ]
    const total = [
      [10, 20],
      [30, 40],
    ]
    const data = { kind: 'latency', bounds: [0.1, 0.5], above, total } as const
    const events = (bound: number) =>
      latencyCounts(data, [stable, canary], bound).pods.map((pod) => [...pod.events])
    expect(events(0)).toEqual([
      [5, 6],
      [0, 0],
    ])
    expect(events(1)).toEqual([
      [1, 2],
      [0, 0],
    ])
  })
})
