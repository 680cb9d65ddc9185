import { expect, test } from 'vitest'
import { deal } from '../../../src/cli/aa/deal.ts'
import { servedAlone } from '../../../src/cli/past/served-alone.ts'

const hour = 3600
const room = { history: 2 * hour, planned: hour / 2, hold: hour, steps: 3 }

test('servedAlone leaves out the times of rollouts', () => {
  const episodes = [
    { version: 'a', from: 0, to: 10 * hour },
    { version: 'b', from: 4 * hour, to: 5 * hour },
    { version: 'c', from: 9 * hour, to: 20 * hour },
  ]
  expect(servedAlone(episodes, true)).toEqual([
    { version: 'a', from: 0, to: 4 * hour },
    { version: 'a', from: 5 * hour, to: 9 * hour },
    { version: 'c', from: 10 * hour, to: 20 * hour },
  ])
})

test('servedAlone takes only stable where versions have no names', () => {
  const episodes = [
    { version: 'stable', from: 0, to: 10 * hour },
    { version: 'canary', from: 4 * hour, to: 5 * hour },
  ]
  expect(servedAlone(episodes, false)).toEqual([
    { version: 'stable', from: 0, to: 4 * hour },
    { version: 'stable', from: 5 * hour, to: 10 * hour },
  ])
})

test('deal gives each rollout a slot in its stretch, evenly and in order', () => {
  const stretches = [
    { version: 'a', from: 0, to: 4 * hour },
    { version: 'b', from: 5 * hour, to: 35 * hour },
  ]
  const { slots, blocks } = deal(stretches, 100, room)
  expect(slots).toBe(5 + 57)
  const rollouts = blocks.flatMap((block) => block.rollouts)
  expect(rollouts.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  const perSlot = [...Map.groupBy(rollouts, ({ slot }) => slot).values()].map(({ length }) => length)
  expect(new Set(perSlot)).toEqual(new Set([1, 2]))
  for (const { from, to, rollouts: own, version } of blocks) {
    const stretch = stretches.find((one) => one.version === version)
    expect(from).toBeGreaterThanOrEqual(stretch?.from ?? Infinity)
    expect(to).toBeLessThanOrEqual(stretch?.to ?? 0)
    expect(to - from).toBeLessThanOrEqual((12 + 2 + 0.5 + 3) * hour)
    for (const { start } of own) {
      expect(start - from).toBeGreaterThanOrEqual(hour / 2)
      expect(to - start).toBeGreaterThanOrEqual(1.5 * hour)
    }
  }
})

test('deal has no slots in stretches that are too short', () => {
  expect(deal([{ version: 'a', from: 0, to: 1.9 * hour }], 100, room)).toEqual({ slots: 0, blocks: [] })
})
