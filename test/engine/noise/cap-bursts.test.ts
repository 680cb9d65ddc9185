import { describe, expect, it } from 'vitest'
import { capBursts } from '../../../src/engine/noise/bursts.ts'
import type { ArmSlices } from '../../../src/engine/counts/slices.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { armOfPods } from '../made/arm-slices.ts'
import { capOf, expectedEvents, type Table } from '../naive/naive-bursts.ts'

describe('capBursts', () => {
  it('caps at three times what the neighbours suggest where pods are large', () => {
    // stable: 3 pods of 1000 requests, share 1 %; neighbours of the burst have 12 and 8 in 2000 requests
    const stable = armOfPods([[12], [90], [8]], [[1000], [1000], [1000]])
    const canary = armOfPods([[10], [40]], [[1000], [1000]])
    const capped = capBursts({ canary, stable }, 0.01, 3)
    // μ of the bursting stable pod 10, of the other two (90+8)/2 and (12+90)/2; of canary's 40 and 10; P99(10)/10 = 1.8
    expect(capped.stable.podEvents.map((row) => row[0])).toEqual([12, 30, 8])
    expect(capped.canary.podEvents.map((row) => row[0])).toEqual([10, 30])
    expect(capped.stable.events[0]).toBe(50)
    expect(capped.canary.events[0]).toBe(40)
    expect(capped).toMatchObject({
      stable: { requests: stable.requests },
      canary: { podRequests: canary.podRequests },
    })
  })

  it('caps higher where the smallest pod of either arm is small', () => {
    const stable = armOfPods([[0], [9], [0]], [[100], [100], [100]])
    // μ of each stable pod 1 by its share; of the small canary pod .1, so P99 = 1 event is 10 times that
    const small = capBursts({ canary: armOfPods([[1]], [[10]]), stable }, 0.01, 3)
    expect(small.stable.podEvents[1]?.[0]).toBe(9)
    expect(small.canary.podEvents[0]?.[0]).toBe(1)
    // as large as the others: P99(1) = 4
    const alike = capBursts({ canary: armOfPods([[9]], [[100]]), stable }, 0.01, 3)
    expect(alike.stable.podEvents[1]?.[0]).toBe(4)
    expect(alike.canary.podEvents[0]?.[0]).toBe(4)
  })

  it('is what its definition says, slice by slice', () => {
    const random = createRandom(7)
    const rows = (pods: number): readonly [number[][], number[][]] => {
      const n = Array.from({ length: pods }, (_p, j) =>
        Array.from({ length: 30 }, (_s, t) =>
          (t + j) % 7 === 0 || t === 3 ? 0 : 50 + 400 * uniform(random),
        ),
      )
      return [n.map((row) => row.map((value) => value * 0.2 * uniform(random) ** 4)), n]
    }
    const [cx, cn] = rows(2)
    const [sx, sn] = rows(4)
    const arms = { canary: armOfPods(cx, cn), stable: armOfPods(sx, sn) }
    const capped = capBursts(arms, 0.02, 1.5)
    const tableOf = (x: number[][], n: number[][]): Table =>
      x.map((events, j) => ({ events, requests: n[j] ?? [] }))
    const [canary, stable] = [tableOf(cx, cn), tableOf(sx, sn)]
    let touched = 0
    for (let t = 0; t < 30; t++) {
      const cap = capOf([...expectedEvents(canary, t, 0.02), ...expectedEvents(stable, t, 0.02)], 1.5)
      const byHand = (table: Table): number[] =>
        expectedEvents(table, t, 0.02).map((mu, j) =>
          mu > 0 ? Math.min(table[j]?.events[t] ?? NaN, cap * mu) : 0,
        )
      const found = (arm: ArmSlices): number[] => arm.podEvents.map((row) => row[t] ?? NaN)
      expect(found(capped.canary)).toEqual(byHand(canary).map((x) => expect.closeTo(x, 10)))
      expect(found(capped.stable)).toEqual(byHand(stable).map((x) => expect.closeTo(x, 10)))
      expect(capped.canary.events[t]).toBeCloseTo(
        byHand(canary).reduce((a, b) => a + b),
        10,
      )
      expect(capped.stable.events[t]).toBeCloseTo(
        byHand(stable).reduce((a, b) => a + b),
        10,
      )
      if (found(capped.stable).some((x, j) => x < (sx[j]?.[t] ?? 0))) touched++
    }
    expect(touched).toBeGreaterThan(5)
  })

  it('leaves the counts given to it alone', () => {
    const arms = {
      canary: armOfPods([[9], [0]], [[100], [100]]),
      stable: armOfPods([[50], [0]], [[100], [100]]),
    }
    capBursts(arms, 0.01, 3)
    expect(arms.stable.podEvents[0]?.[0]).toBe(50)
    expect(arms.canary.podEvents[0]?.[0]).toBe(9)
  })
})
