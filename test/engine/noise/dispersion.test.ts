import { describe, expect, it } from 'vitest'
import { learnDispersion } from '../../../src/engine/noise/dispersion.ts'
import { podAutocovariance } from '../../../src/engine/noise/pod-autocovariance.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { podRow, unlikePods } from '../made/pod-rows.ts'

interface Block {
  readonly x: number
  readonly n: number
}

/** D = max(1, D_1, D_1 + (D_L − D_1)·d/(d+20)) of successive blocks of 1, 2, 5 and 10 slices. */
function byDefinition(x: readonly number[], n: readonly number[]): { factor: number; differences: number } {
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  const share = (total(x) + 0.5) / (total(n) + 1)
  const squares = (length: number): readonly number[] => {
    const blocks: Block[] = []
    for (let end = length; end <= x.length; end += length) {
      blocks.push({ x: total(x.slice(end - length, end)), n: total(n.slice(end - length, end)) })
    }
    return blocks.slice(1).flatMap((b, i) => {
      const a = blocks[i] ?? b
      if (a.n === 0 || b.n === 0 || a.x + b.x === 0) return []
      const pi = a.n / (a.n + b.n)
      return [(a.x - (a.x + b.x) * pi) ** 2 / ((a.x + b.x) * pi * (1 - pi) * (1 - share))]
    })
  }
  const mean = (values: readonly number[]): number => (values.length > 0 ? total(values) / values.length : 1)
  const single = mean(squares(1))
  const longer = [2, 5, 10].map((length) => {
    const found = squares(length)
    return single + ((mean(found) - single) * found.length) / (found.length + 20)
  })
  return { factor: Math.max(1, single, ...longer), differences: squares(1).length }
}

const row = (slices: number, of: (t: number) => number): number[] =>
  Array.from({ length: slices }, (_, t) => of(t))

describe('learnDispersion of pods', () => {
  it('knows how pods differ from 4 pods with traffic and 60 slices of it', () => {
    const pods = unlikePods(createRandom(1), 5, 60, (j) => 100 * (j + 1))
    const x = pods.reduce((sum, pod) => sum + pod.events.reduce((a, b) => a + b, 0), 0)
    const share = (x + 0.5) / (60 * 1500 + 1)
    expect(learnDispersion(pods, 60)).toEqual({
      kind: 'pods',
      pods: 5,
      ...podAutocovariance(pods, 60, share),
      inflation: 6 / 4,
      share: expect.closeTo(share, 14),
      eventsPerSlice: expect.closeTo(x / 60, 10),
    })
  })

  it('needs 4 pods and 60 slices with traffic', () => {
    const kindOf = (pods: number, slices: number, requests = (_j: number, _t: number) => 100): string =>
      learnDispersion(unlikePods(createRandom(2), pods, slices, requests), slices).kind
    expect(kindOf(4, 60)).toBe('pods')
    expect(kindOf(3, 60)).toBe('arm')
    expect(kindOf(4, 59)).toBe('arm')
    expect(kindOf(4, 90, (_j, t) => (t < 60 ? 50 : 0))).toBe('pods')
    expect(kindOf(4, 90, (_j, t) => (t < 59 ? 50 : 0))).toBe('arm')
    expect(kindOf(5, 60, (j) => (j === 0 ? 0 : 50))).toBe('pods')
    expect(kindOf(4, 60, (j) => (j === 0 ? 0 : 50))).toBe('arm')
  })

  it('counts events by slices with traffic, and no pod without any', () => {
    const pods = [0, 1, 2, 3, 4].map((j) =>
      podRow(
        row(80, (t) => (j > 0 && t % 4 !== 0 ? 2 : 0)),
        row(80, (t) => (j > 0 && t % 4 !== 0 ? 100 : 0)),
      ),
    )
    expect(learnDispersion(pods, 80)).toMatchObject({ pods: 4, inflation: 5 / 3, eventsPerSlice: 8 })
  })

  it('takes an arm that is known as a whole for no pod', () => {
    const pods = unlikePods(createRandom(3), 4, 60, () => 100)
    const whole = pods.map((pod) => ({ ...pod, aggregate: true }))
    expect(learnDispersion(whole, 60).kind).toBe('arm')
    expect(learnDispersion([...whole, ...pods.slice(1)], 60).kind).toBe('arm')
  })

  it('reads history alone', () => {
    const pods = unlikePods(createRandom(4), 4, 90, (j, t) => (j === 3 && t < 60 ? 0 : 100))
    expect(learnDispersion(pods, 60).kind).toBe('arm')
    const cut = pods.map(({ events, requests }) =>
      podRow([...events.subarray(0, 60)], [...requests.subarray(0, 60)]),
    )
    expect(learnDispersion(pods, 60)).toEqual(learnDispersion(cut, 60))
  })
})

describe('learnDispersion of an arm', () => {
  const random = createRandom(6)
  const noisy = row(47, () => 10 + 30 * uniform(random))
  const uneven = row(47, (t) => 500 + 100 * (t % 7))
  it.each([
    ['noise from slice to slice', noisy, uneven],
    ['slow noise', row(60, (t) => (Math.floor(t / 5) % 2 === 0 ? 10 : 30)), row(60, () => 1000)],
    ['slower noise', row(120, (t) => (Math.floor(t / 10) % 2 === 0 ? 10 : 30)), row(120, () => 1000)],
    [
      'noise of pairs of slices',
      row(120, (t) => (Math.floor(t / 2) % 2 === 0 ? 10 : 30)),
      row(120, () => 1000),
    ],
    ['hardly any noise', row(40, (t) => 100 + (t % 2)), row(40, () => 1000)],
    [
      'slices without traffic',
      noisy.map((x, t) => (t % 6 < 2 ? 0 : x)),
      uneven.map((n, t) => (t % 6 < 2 ? 0 : n)),
    ],
    ['slices without events', noisy.map((x, t) => (t % 8 < 4 ? 0 : x)), uneven],
    ['traffic once only', row(9, (t) => (t === 4 ? 5 : 0)), row(9, (t) => (t === 4 ? 50 : 0))],
    ['one slice', [3], [100]],
  ] as const)('compares successive blocks: %s', (_name, x, n) => {
    const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
    const { factor, differences } = byDefinition(x, n)
    expect(learnDispersion([podRow(x, n)], x.length)).toEqual({
      kind: 'arm',
      pods: 1,
      factor: expect.closeTo(factor, 9),
      differences,
      share: expect.closeTo((total(x) + 0.5) / (total(n) + 1), 14),
      slices: n.filter((requests) => requests > 0).length,
    })
  })

  it('adds up pods, those that are the whole arm among them', () => {
    const whole = { ...podRow(noisy, uneven), aggregate: true }
    const half = podRow(
      noisy.map((x) => x / 2),
      uneven.map((n) => n / 2),
    )
    const one = learnDispersion([whole], 47)
    expect(one).toMatchObject({ pods: 0, slices: 47 })
    expect(learnDispersion([half, half], 47)).toEqual({ ...one, pods: 2 })
  })

  it('says how many pods there are, where they are too few to learn from', () => {
    const podsIn = (pods: number, slices: number): number =>
      learnDispersion(
        unlikePods(createRandom(5), pods, slices, () => 100),
        slices,
      ).pods
    expect([podsIn(1, 90), podsIn(3, 90), podsIn(3, 30)]).toEqual([1, 3, 3])
    // not because there are too few pods
    expect([podsIn(4, 30), podsIn(9, 30)]).toEqual([0, 0])
  })

  it('takes nothing off the noise where history has no traffic', () => {
    const silent = { kind: 'arm', pods: 0, factor: 1, differences: 0, share: 0, slices: 0 }
    expect(learnDispersion([podRow([0, 0], [0, 0])], 2)).toEqual(silent)
  })

  it('never divides by next to nothing where almost every request is an event', () => {
    // 1 − share is 10.5/3e7, taken as 1e-6: z² = 5²/(2e7·¼·1e-6) in both differences
    const found = learnDispersion([podRow([1e7, 1e7 - 10, 1e7], [1e7, 1e7, 1e7])], 3)
    expect(found).toMatchObject({ factor: expect.closeTo(25 / ((2e7 - 10) * 0.25e-6), 6), differences: 2 })
  })

  it('leaves out a difference of blocks that are too unequal', () => {
    expect(learnDispersion([podRow([1, 0, 1], [1e15, 1e-3, 1e15])], 3)).toMatchObject({
      factor: 1,
      differences: 1,
    })
  })
})
