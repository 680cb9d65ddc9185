import { describe, expect, it } from 'vitest'
import { cumulative, information, sliceArms, swapArms } from '../../../src/engine/counts/slices.ts'
import { armOf } from '../made/arm-slices.ts'
import { podOf, windowOf } from '../made/pod-tables.ts'

const rows = (values: readonly Float64Array[]): readonly (readonly number[])[] =>
  values.map((row) => [...row])
const flat = (length: number, value = 10): readonly number[] => Array.from({ length }, () => value)

describe('sliceArms', () => {
  it('cuts the rollout out of the recording and adds pods up by arm', () => {
    const pods = [
      podOf('stable', [9, 9, 1, 2, 3], [50, 50, 30, 30, 60]),
      podOf('canary', [7, 7, 1, 0, 4], [40, 40, 10, 20, 30]),
      podOf('stable', [8, 8, 4, 5, 6], [50, 50, 10, 0, 20]),
    ]
    const { canary, stable } = sliceArms(pods, windowOf(2, 3))
    expect([[...canary.events], [...canary.requests], [...canary.pods]]).toEqual([
      [1, 0, 4],
      [10, 20, 30],
      [1, 1, 1],
    ])
    // in the second slice the other stable pod has no traffic, so its events do not count
    expect([[...stable.events], [...stable.requests], [...stable.pods]]).toEqual([
      [5, 2, 9],
      [40, 30, 80],
      [2, 1, 2],
    ])
    expect(rows(stable.podEvents)).toEqual([
      [1, 2, 3],
      [4, 0, 6],
    ])
    expect(rows(stable.podRequests)).toEqual([
      [30, 30, 60],
      [10, 0, 20],
    ])
    expect(rows(stable.shares)).toEqual([
      [0.75, 1, 0.75],
      [0.25, 0, 0.25],
    ])
    expect(rows(canary.shares)).toEqual([[1, 1, 1]])
  })

  it('holds zeros where the recording ends before the rollout’s last slice', () => {
    const { canary } = sliceArms([podOf('canary', [1, 2], [10, 20])], windowOf(0, 4))
    expect([[...canary.events], [...canary.requests], [...canary.pods]]).toEqual([
      [1, 2, 0, 0],
      [10, 20, 0, 0],
      [1, 1, 0, 0],
    ])
  })

  it('counts a pod’s warm-up from its first slice with traffic in the rollout', () => {
    const late = [0, 0, 0, 10, 10, 0, 10, 10]
    const counted = (warmup: number): readonly number[] => [
      ...sliceArms([podOf('canary', flat(8, 1), late)], windowOf(2, 6, warmup)).canary.requests,
    ]
    expect(counted(0)).toEqual([0, 10, 10, 0, 10, 10])
    expect(counted(1)).toEqual([0, 0, 10, 0, 10, 10])
    // the age counts all slices, also those without traffic
    expect(counted(3)).toEqual([0, 0, 0, 0, 10, 10])
    expect(counted(4)).toEqual([0, 0, 0, 0, 0, 10])
  })

  it('warms each pod up by its own age', () => {
    const pods = [podOf('canary', flat(6, 1), flat(6)), podOf('canary', flat(6, 1), [0, 0, 10, 10, 10, 10])]
    expect([...sliceArms(pods, windowOf(0, 6, 2)).canary.pods]).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('drops what a canary pod had before the rollout, and its age with it', () => {
    const pods = [podOf('canary', flat(6, 1), flat(6))]
    expect([...sliceArms(pods, windowOf(2, 4, 2)).canary.requests]).toEqual([0, 0, 10, 10])
  })

  it('takes a stable pod older than the rollout as warm, a younger one not', () => {
    const requestsOf = (requests: readonly number[]): readonly number[] => [
      ...sliceArms([podOf('stable', flat(6, 1), requests)], windowOf(2, 4, 2)).stable.requests,
    ]
    expect(requestsOf([0, 10, 10, 10, 10, 10])).toEqual([10, 10, 10, 10])
    expect(requestsOf([10, 0, 0, 10, 10, 10])).toEqual([0, 10, 10, 10])
    expect(requestsOf([0, 0, 10, 10, 10, 10])).toEqual([0, 0, 10, 10])
    expect(requestsOf([0, 0, 0, 10, 10, 10])).toEqual([0, 0, 0, 10])
  })

  it('never warms a pod up by what it does after the rollout’s last slice', () => {
    const { canary } = sliceArms([podOf('canary', flat(5, 1), [0, 0, 0, 10, 10])], windowOf(0, 3))
    expect([...canary.requests]).toEqual([0, 0, 0])
  })
})

describe('sliceArms with arms only', () => {
  const steps = [
    { slice: 2, ends: 6, weight: 5 },
    { slice: 6, ends: 10, weight: 25 },
  ]
  const requestsOf = (canary: readonly number[], warmup: number, declared = true, start = 2) => {
    const pods = [podOf('canary', flat(10, 1), canary, true), podOf('stable', flat(10, 1), flat(10), true)]
    const arms = sliceArms(pods, windowOf(start, 10 - start, warmup, declared ? steps : undefined))
    return [[...arms.canary.requests], [...arms.stable.requests]]
  }

  it('leaves the beginning of each step out of both arms', () => {
    const kept = [0, 0, 10, 10, 0, 0, 10, 10]
    expect(requestsOf(flat(10), 2)).toEqual([kept, kept])
    expect(requestsOf(flat(10), 0)).toEqual([flat(8), flat(8)])
  })

  it('leaves out the canary’s own beginning too where it is before the first step', () => {
    const kept = [0, 0, 10, 10, 0, 0, 10, 10]
    expect(requestsOf(flat(10), 2, true, 2)[1]).toEqual(kept)
    // the rollout begins at 0, traffic begins in slice 1, the first step in slice 2
    const early = [0, 10, 10, 10, 10, 10, 10, 10, 10, 10]
    expect(requestsOf(early, 2, true, 0)[1]).toEqual([10, 0, 0, 0, 10, 10, 0, 0, 10, 10])
    expect(requestsOf(flat(10), 1, true, 0)[1]).toEqual([0, 10, 0, 10, 10, 10, 0, 10, 10, 10])
  })

  it('counts from the steps, not from the canary’s first traffic, where that is later', () => {
    const late = [0, 0, 0, 0, 10, 10, 10, 10, 10, 10]
    expect(requestsOf(late, 2)).toEqual([
      [0, 0, 10, 10, 0, 0, 10, 10],
      [0, 0, 10, 10, 0, 0, 10, 10],
    ])
  })

  it('counts from the canary’s first traffic where no steps are declared', () => {
    const late = [0, 0, 0, 10, 10, 10, 10, 10, 10, 10]
    expect(requestsOf(late, 3, false)).toEqual([
      [0, 0, 0, 0, 10, 10, 10, 10],
      [10, 0, 0, 0, 10, 10, 10, 10],
    ])
  })

  it('leaves nothing out of stable while there is no canary', () => {
    expect(requestsOf(flat(10, 0), 3)[1]).toEqual(flat(8))
    // traffic of the canary before its rollout does not belong to the rollout
    expect(requestsOf([10, 10, ...flat(8, 0)], 3)[1]).toEqual(flat(8))
  })

  it('takes the earliest of several canaries', () => {
    const pods = [
      podOf('canary', flat(6, 1), [0, 0, 0, 10, 10, 10], true),
      podOf('canary', flat(6, 1), [0, 10, 10, 10, 10, 10], true),
      podOf('stable', flat(6, 1), flat(6), true),
      podOf('canary', flat(6, 1), flat(6, 0), true),
    ]
    expect([...sliceArms(pods, windowOf(0, 6, 2)).stable.requests]).toEqual([10, 0, 0, 10, 10, 10])
  })

  it('is decided by any one sum among pods', () => {
    const pods = [podOf('canary', flat(4, 1), [0, 10, 10, 10]), podOf('stable', flat(4, 1), flat(4), true)]
    expect([...sliceArms(pods, windowOf(0, 4, 2)).stable.requests]).toEqual([10, 0, 0, 10])
  })
})

describe('swapArms', () => {
  it('exchanges the roles', () => {
    const [canary, stable] = [armOf([1], [2]), armOf([3], [4])]
    expect(swapArms({ canary, stable })).toEqual({ canary: stable, stable: canary })
  })
})

describe('information', () => {
  it('is X π (1 − π) where both arms have traffic, else 0', () => {
    const canary = armOf([3, 5, 2, 0], [100, 0, 100, 100])
    const stable = armOf([7, 4, 9, 0], [300, 100, 0, 300])
    expect([...information({ canary, stable })]).toEqual([10 * 0.25 * 0.75, 0, 0, 0])
  })
})

describe('cumulative', () => {
  it('is the running sum, of nothing before its start', () => {
    expect([...cumulative(Float64Array.of(1, 2, 3, 4))]).toEqual([1, 3, 6, 10])
    expect([...cumulative(Float64Array.of(1, 2, 3, 4), 2)]).toEqual([0, 0, 3, 7])
  })
})
