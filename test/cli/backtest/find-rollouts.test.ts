import { expect, test } from 'vitest'
import { episodesOf, joined } from '../../../src/cli/past/episodes.ts'
import { rolloutsIn } from '../../../src/cli/backtest/find-rollouts.ts'
import type { Presence } from '../../../src/sources/prometheus/history/read-presence.ts'

const step = 300

/** A version with a sample in each step of these stretches, in hours. */
function version(name: string, ...stretches: readonly (readonly [number, number])[]) {
  const times = stretches.flatMap(([from, to]) =>
    Array.from({ length: Math.round(((to - from) * 3600) / step) }, (_, i) => from * 3600 + (i + 1) * step),
  )
  return { version: name, times }
}

const find = (versions: readonly Presence[], named = true) =>
  rolloutsIn(episodesOf(versions, step), named).rollouts.map(
    ({ version: of, stable, from, to, isRollback }) => [
      of,
      stable,
      from / 3600,
      to / 3600,
      ...(isRollback ? ['rollback'] : []),
    ],
  )

const strays = (versions: readonly Presence[]) =>
  rolloutsIn(episodesOf(versions, step), true).strays.map(({ version: of, from, to }) => [
    of,
    from / 3600,
    to / 3600,
  ])

test('a version that replaces another one is a rollout until the other one is gone', () => {
  expect(find([version('a', [0, 5]), version('b', [4, 9])])).toEqual([['b', 'a', 4, 5]])
})

test('a version that is taken back is a rollout until it is gone, and again when it returns', () => {
  expect(find([version('a', [0, 9]), version('b', [2, 3], [5, 6])])).toEqual([
    ['b', 'a', 2, 3],
    ['b', 'a', 5, 6],
  ])
})

test('a rollback to an earlier version is a rollout of that version, and is named so', () => {
  expect(find([version('a', [0, 3], [6, 9]), version('b', [2, 7])])).toEqual([
    ['b', 'a', 2, 3],
    ['a', 'b', 6, 7, 'rollback'],
  ])
})

test('an earlier version that comes back for a while and leaves again is no rollout', () => {
  const versions = [version('a', [0, 3], [5, 5.5], [7, 7.25]), version('b', [2, 9]), version('c', [6, 8])]
  expect(find(versions)).toEqual([
    ['b', 'a', 2, 3],
    ['c', 'b', 6, 8],
  ])
  expect(strays(versions)).toEqual([
    ['a', 5, 5.5],
    ['a', 7, 7.25],
  ])
})

test('a canary that was taken back never served alone, so it is a new rollout each time that it returns', () => {
  const versions = [version('a', [0, 9]), version('b', [2, 3], [5, 6])]
  expect(strays(versions)).toEqual([])
  expect(find(versions)).toHaveLength(2)
})

test('a rollback that still goes on at the end of the time is a rollout', () => {
  expect(find([version('a', [0, 3], [8, 9]), version('b', [2, 9])])).toEqual([
    ['b', 'a', 2, 3],
    ['a', 'b', 8, 9, 'rollback'],
  ])
})

test('a version that comes while a canary is being replaced is compared with the one that stays', () => {
  expect(find([version('a', [0, 9]), version('b', [2, 3]), version('c', [2.75, 4])])).toEqual([
    ['b', 'a', 2, 3],
    ['c', 'a', 2.75, 4],
  ])
})

test('a first version, a pause of all pods and two versions that come together are no rollouts', () => {
  expect(find([version('a', [0, 3], [4, 6])])).toEqual([])
  expect(find([version('a', [0, 3], [4, 6]), version('b', [4, 6])])).toEqual([])
})

test('a short pause is no end', () => {
  expect(find([version('a', [0, 9]), version('b', [2, 2.5], [2 + 2 / 3, 3])])).toEqual([['b', 'a', 2, 3]])
})

test('where versions have no names, each time of the canary is a rollout', () => {
  expect(find([version('stable', [0, 9]), version('canary', [2, 3], [5, 6])], false)).toEqual([
    ['canary', 'stable', 2, 3],
    ['canary', 'stable', 5, 6],
  ])
})

test('presence that was read in two windows is the same as in one', () => {
  const halves = [[version('a', [0, 2])], [version('a', [2, 5]), version('b', [2, 3])]]
  expect(find(joined(halves))).toEqual([['b', 'a', 2, 3]])
})
