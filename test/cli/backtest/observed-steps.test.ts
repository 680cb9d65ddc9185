import { expect, test } from 'vitest'
import { withObservedSteps } from '../../../src/cli/backtest/observed-steps.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'

const plan = [
  { weight: 5, minutes: 10, pods: 2 },
  { weight: 20, minutes: 10, pods: 3 },
  { weight: 50, minutes: 15, pods: 5 },
]
const played = (rps: number): Recording =>
  simulateRollout({ seed: 'steps', history: 30, plan, stablePods: 5, traffic: { rps, podSd: 0.2 } })

const shape = ({ steps = [], rolloutStart }: Recording): readonly (readonly number[])[] =>
  steps.map(({ slice, ends, weight }) => [weight, slice - rolloutStart, ends - rolloutStart])

test('withObservedSteps(recording) finds weights and lengths in the traffic', () => {
  expect(shape(withObservedSteps(played(20), undefined))).toEqual([
    [5, 0, 10],
    [20, 10, 20],
    [50, 20, 35],
  ])
})

test('withObservedSteps(recording, stages) uses only the stages, and their number', () => {
  const { gates, steps } = withObservedSteps(played(5), [5, 20, 50, 75])
  expect(gates).toBe(4)
  expect(steps?.map(({ weight, next }) => [weight, next])).toEqual([
    [5, 20],
    [20, 50],
    [50, 75],
  ])
})

test('withObservedSteps leaves out what comes after the canary lost its traffic', () => {
  const recording = simulateRollout({
    seed: 'taken back',
    history: 30,
    plan: [...plan.slice(0, 2), { weight: 0, minutes: 10, pods: 2 }],
  })
  const { slices, steps } = withObservedSteps(recording, undefined)
  expect(slices).toBe(50)
  expect(steps?.map(({ weight }) => weight)).toEqual([5, 20])
})

test('withObservedSteps leaves out what comes after stable is gone', () => {
  const recording = simulateRollout({
    seed: 'promoted',
    history: 30,
    plan: [...plan, { weight: 100, minutes: 10, pods: 5 }],
  })
  expect(withObservedSteps(recording, undefined).slices).toBe(65)
})

test('withObservedSteps of a canary without requests has no steps', () => {
  const recording = simulateRollout({
    seed: 'none',
    history: 30,
    plan: [{ weight: 0, minutes: 10, pods: 2 }],
  })
  expect(withObservedSteps(recording, undefined)).not.toHaveProperty('steps')
})
