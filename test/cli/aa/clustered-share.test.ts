import { expect, test } from 'vitest'
import { clusteredShare } from '../../../src/cli/aa/clustered-share.ts'

const draws = (hits: readonly boolean[], slot: (i: number) => number, pod: (i: number) => number) =>
  hits.map((hit, i) => ({ hit, slot: `slot ${slot(i)}`, pod: `pod ${pod(i)}` }))
const some = (count: number, every: number): readonly boolean[] =>
  Array.from({ length: count }, (_, i) => i % every === 0)
const own = (i: number): number => i

test('clusteredShare of rollouts that share nothing is the interval of Wilson', () => {
  const { share, low, high, effective } = clusteredShare(draws(some(300, 30), own, own), 1000)
  expect(share).toBeCloseTo(1 / 30)
  expect(effective).toBeCloseTo(300)
  // Wilson 1927, for 10 of 300
  expect([low, high].map((bound) => Number(bound.toFixed(4)))).toEqual([0.0182, 0.0603])
})

test('clusteredShare counts no more rollouts than have nothing in common', () => {
  expect(clusteredShare(draws(some(300, 400), own, own), 40).effective).toBe(40)
})

test('clusteredShare counts rollouts that always agree as one', () => {
  // ten slots of thirty rollouts each; in every slot all are hits, or none is
  const hits = Array.from({ length: 300 }, (_, i) => Math.floor(i / 30) % 5 === 0)
  const { effective } = clusteredShare(
    draws(hits, (i) => Math.floor(i / 30), own),
    1000,
  )
  expect(effective).toBeGreaterThan(8)
  expect(effective).toBeLessThan(12)
})

test('clusteredShare widens where a pod is aborted each time that it is drawn', () => {
  const byPod = clusteredShare(
    draws(some(300, 10), own, (i) => i % 10),
    1000,
  )
  expect(byPod.effective).toBeLessThan(15)
  expect(byPod.high).toBeGreaterThan(0.25)
})

test('clusteredShare without a hit has a high end above 0', () => {
  const { share, low, high } = clusteredShare(draws(some(300, 1000).with(0, false), own, own), 1000)
  expect({ share, low }).toEqual({ share: 0, low: 0 })
  expect(high).toBeCloseTo(0.0126, 3)
})
