import { expect, test } from 'vitest'
import { type Answers, answersOf, winnerPolicy } from '../../bench/winner/winner.ts'
import type { Experiment } from '../../bench/winner/winner-worlds.ts'

/** `npm run bench:winner` has more worlds and more experiments. */
const count = 60
const usual = { noise: 'quiet', weight: 50, minutes: 40, rps: 50, pods: [5, 5], effect: {} } as const
const all = winnerPolicy('errors', 'p95', 'conversion')

const play = (world: Partial<Experiment>, policy = all): Answers['first'] =>
  answersOf({ ...usual, ...world }, policy, { count, name: 'test' }).first

/** A share of so many experiments that .05 exceeds with a probability of less than .001. */
const most = 9 / count

test.each<[string, Partial<Experiment>]>([
  ['quiet', {}],
  ['in bursts', { noise: 'bursty' }],
  ['one pod with a tenth of the traffic', { weight: 10, pods: [1, 9] }],
  ['without pods, in bursts', { noise: 'bursty', podLabels: false }],
])('equal arms: a better one is named in at most one of twenty: %s', (_, world) => {
  const first = play(world)
  expect(first['canary-better'] + first['stable-better'] + first['each-better']).toBeLessThanOrEqual(most)
})

test.each<[string, Partial<Experiment>, keyof Answers['first']]>([
  ['errors doubled', { effect: { errors: 2 } }, 'stable-better'],
  ['errors halved', { effect: { errors: 0.5 }, rps: 100 }, 'canary-better'],
])('a difference is found in its direction: %s', (_, world, answer) => {
  expect(play(world, winnerPolicy('errors'))[answer]).toBeGreaterThan(0.9)
})

test.each([1.5, 1 / 1.5])(
  'arms that differ by the margin (errors × %f) are called alike in at most one of twenty',
  (errors) => {
    const world = { effect: { errors }, rps: 500, minutes: 20 }
    expect(play(world, winnerPolicy('errors'))['no-difference']).toBeLessThanOrEqual(most)
  },
)

test('equal arms with much traffic are called alike', () => {
  expect(play({ rps: 500, minutes: 20 }, winnerPolicy('errors'))['no-difference']).toBeGreaterThan(0.9)
})
