import { describe, expect, it } from 'vitest'
import {
  chooseBounds,
  historyCurve,
  stableCurves,
} from '../../../../src/engine/kinds/latency/latency-bounds.ts'
import type { LatencyData, Pod } from '../../../../src/engine/model/recording.ts'
import { steepness } from '../../../../src/engine/kinds/latency/share-curve.ts'

const bounds = [0.05, 0.1, 0.2, 0.3, 0.5, 1]
const curve = { bounds, shares: [0.9, 0.5, 0.2, 0.06, 0.015, 0.001] }

describe('chooseBounds', () => {
  it('takes the bound nearest in proportion to each share, once, and the one nearest the quantile', () => {
    const chosen = chooseBounds(curve, bounds, 0.95)
    // .5 → .5, .25 → .2, .1 and .05 → .06, .02 → .015
    expect(chosen?.spread.map(({ seconds }) => seconds)).toEqual([0.1, 0.2, 0.3, 0.5])
    expect(chosen?.spread.map(({ index }) => index)).toEqual([1, 2, 3, 4])
    expect(chosen?.main).toMatchObject({ index: 3, seconds: 0.3, steepness: steepness(curve, 3) })
    expect(chooseBounds(curve, bounds, 0.5)?.main.seconds).toBe(0.1)
    expect(chooseBounds(curve, bounds, 0.99)?.main.seconds).toBe(0.5)
  })

  it('measures nearness in proportion, not in points', () => {
    // .1 is 2.5 times .04 and half of .2, although its difference from .04 is smaller
    const two = { bounds: [1, 2, 3, 4], shares: [0.9, 0.2, 0.04, 0.001] }
    expect(chooseBounds(two, [1, 2, 3, 4], 0.9)?.main.seconds).toBe(2)
  })

  it('takes the higher of two bounds with the same share where what is looked for is rarer', () => {
    const equal = { bounds: [1, 2, 3, 4], shares: [0.9, 0.1, 0.1, 0.001] }
    expect(chooseBounds(equal, [1, 2, 3, 4], 0.95)?.main.seconds).toBe(3)
    expect(chooseBounds(equal, [1, 2, 3, 4], 0.8)?.main.seconds).toBe(2)
  })

  it('takes the lower of two bounds with the same share', () => {
    const equal = { bounds: [1, 2, 3, 4], shares: [0.9, 0.1, 0.1, 0.001] }
    expect(chooseBounds(equal, [1, 2, 3, 4], 0.9)?.main.seconds).toBe(2)
  })

  it.each([
    [0.6, 0],
    [0.5999, 1],
    [0.0081, 1],
    [0.008, 0],
  ])('finds a share of %s in the middle eligible %s times', (share, times) => {
    const one = { bounds: [1, 2, 3], shares: [0.9, share, 0.001] }
    expect(chooseBounds(one, [1, 2, 3], 0.95)?.spread.length ?? 0).toBe(times)
  })

  it('takes neither the first nor the last bound', () => {
    const flat = { bounds: [1, 2], shares: [0.3, 0.1] }
    expect(chooseBounds(flat, [1, 2], 0.9)).toBeUndefined()
    const three = { bounds: [1, 2, 3], shares: [0.5, 0.3, 0.1] }
    expect(chooseBounds(three, [1, 2, 3], 0.9)?.spread.map(({ seconds }) => seconds)).toEqual([2])
  })

  it.each([
    [0.0011, 0.3],
    [0.001, undefined],
  ])('gives the first bound beyond the quantile, where its share of %s is not too rare', (share, beyond) => {
    const modes = { bounds: [0.05, 0.1, 0.2, 0.3, 0.5], shares: [0.9, 0.2, 0.06, share, 0.0001] }
    const chosen = chooseBounds(modes, modes.bounds, 0.95)
    expect(chosen?.spread.map(({ seconds }) => seconds)).toEqual([0.1, 0.2])
    expect([chosen?.main.seconds, chosen?.beyond?.seconds]).toEqual([0.2, beyond])
  })

  it('gives no bound beyond the quantile that is the last or was not recorded', () => {
    const short = { bounds: [0.05, 0.1, 0.2, 0.3], shares: [0.9, 0.2, 0.06, 0.004] }
    expect(chooseBounds(short, short.bounds, 0.95)?.beyond).toBeUndefined()
    const rare = { bounds: [0.05, 0.1, 0.2, 0.3, 0.5], shares: [0.9, 0.2, 0.06, 0.004, 0.0001] }
    expect(chooseBounds(rare, [0.05, 0.1, 0.2], 0.95)?.beyond).toBeUndefined()
    // the bound with .3 is already one of the spread
    expect(chooseBounds(curve, bounds, 0.9)?.beyond).toBeUndefined()
  })

  it('takes only what was recorded, by its place there', () => {
    const chosen = chooseBounds(curve, [0.2, 0.5], 0.95)
    expect(chosen?.spread.map(({ index, seconds }) => [index, seconds])).toEqual([
      [0, 0.2],
      [1, 0.5],
    ])
    expect(chooseBounds(curve, [], 0.95)).toBeUndefined()
  })
})

const pods: readonly Pod[] = [
  { name: 'a', arm: 'stable' },
  { name: 'b', arm: 'canary' },
  { name: 'c', arm: 'stable' },
  { name: 'd', arm: 'stable' },
]
const data: LatencyData = {
  kind: 'latency',
  bounds: [0.1, 0.5],
  total: [[100, 100, 200, 100], [1000, 1000, 1000, 1000], [50, null, 50, 50], null],
  above: [
    [
      [10, 20, 30, 40],
      [1, 2, null, 4],
    ],
    [
      [900, 900, 900, 900],
      [900, 900, 900, 900],
    ],
    [
      [5, 7, 5, 5],
      [0, 7, 50, 1],
    ],
    null,
  ],
}
const share = (x: number, n: number): number => (x + 0.5) / (n + 1)

describe('stableCurves', () => {
  const curves = stableCurves(data, pods, 4)

  it('is the share slower than each bound among stable’s requests of a stretch', () => {
    expect(curves.over(0, 1)).toEqual({ bounds: [0.1, 0.5], shares: [share(15, 150), share(1, 150)] })
    // without the total of a pod its slow requests do not count; without a bucket there were no slow ones
    expect(curves.over(1, 2)?.shares).toEqual([share(20, 100), share(2, 100)])
    expect(curves.over(2, 3)?.shares).toEqual([share(35, 250), share(50, 250)])
    expect(curves.over(0, 4)?.shares).toEqual([share(115, 650), share(58, 650)])
  })

  it('begins at the recording’s first slice where a stretch would begin before', () => {
    expect(curves.over(-7, 2)).toEqual(curves.over(0, 2))
  })

  it('is undefined without traffic', () => {
    expect(curves.over(2, 2)).toBeUndefined()
    expect(stableCurves({ ...data, total: [] }, pods, 4).over(0, 4)).toBeUndefined()
  })

  it('leaves out what cannot be a count', () => {
    const row = [100, -5, Number.NaN, Infinity, 2e15, 1e15, 0]
    const odd: LatencyData = {
      kind: 'latency',
      bounds: [0.1],
      total: [row],
      above: [[[100, 3, 3, 3, 3, 3, 3]]],
    }
    const of = (from: number): readonly number[] | undefined =>
      stableCurves(odd, pods.slice(0, 1), row.length).over(from, from + 1)?.shares
    expect([of(0), of(1), of(2), of(3), of(4), of(6)]).toEqual([
      [share(100, 100)],
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(of(5)).toEqual([share(3, 1e15)])
    // more slow requests than requests, or fewer than none, are none
    const wrong: LatencyData = { ...odd, total: [[10, 10, 10]], above: [[[11, -1, 10]]] }
    const wrongCurves = stableCurves(wrong, pods.slice(0, 1), 3)
    expect([0, 1, 2].map((k) => wrongCurves.over(k, k + 1)).map((found) => found?.shares)).toEqual([
      [share(0, 10)],
      [share(0, 10)],
      [share(10, 10)],
    ])
    const bare: LatencyData = { ...odd, total: [[10, 10]], above: [] }
    expect(stableCurves(bare, pods.slice(0, 1), 2).over(0, 2)?.shares).toEqual([share(0, 20)])
  })
})

describe('historyCurve', () => {
  const curves = stableCurves(data, pods, 4)

  it('is the recorded bounds over stable’s history without a shape', () => {
    expect(historyCurve(data, curves, 3)).toEqual(curves.over(0, 3))
    const empty = { ...data, shape: { bounds: [1], above: [0], total: 0 } }
    expect(historyCurve(empty, curves, 3)).toEqual(curves.over(0, 3))
  })

  it('is the shape over all bounds where the source gave one', () => {
    const shape = { bounds: [0.1, 0.3, 0.5], above: [80, 20, 200], total: 100 }
    expect(historyCurve({ ...data, shape }, curves, 3)).toEqual({
      bounds: [0.1, 0.3, 0.5],
      // never more than all requests
      shares: [share(80, 100), share(20, 100), share(100, 100)],
    })
  })
})
