import { describe, expect, test } from 'vitest'
import { effects, type Effect } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'
import { conversionRate, errorRate, logMemory, metric, podsOf, slowerShare, total } from './read-recording.ts'

const rollout = (effect: Effect) =>
  simulateRollout({
    seed: 1,
    effect,
    noise: noises.none,
    traffic: { rps: 20_000, podSd: 0 },
    plan: [{ weight: 50, minutes: 30, pods: 4 }],
  })

const slower = (ratio: number) => normalSf(Math.log(0.25 / 0.1 / ratio) / 0.6)

describe('effect', () => {
  test.each(['errors-x1.5', 'errors-x2', 'errors-x3', 'errors-x10'] as const)(
    '%s multiplies the error rate',
    (name) => {
      const recording = rollout(effects[name])
      expect(errorRate(recording, 'canary') / 0.005 / effects[name].errors).toBeCloseTo(1, 1)
      expect(errorRate(recording, 'stable') / 0.005).toBeCloseTo(1, 1)
    },
  )

  test('errors-x2-late begins at minute 20', () => {
    const recording = rollout(effects['errors-x2-late'])
    expect(errorRate(recording, 'canary', 120, 140) / 0.005).toBeCloseTo(1, 1)
    expect(errorRate(recording, 'canary', 140) / 0.005).toBeCloseTo(2, 1)
  })

  test.each(['latency-10', 'latency-25', 'latency-x2'] as const)('%s moves every quantile', (name) => {
    const recording = rollout(effects[name])
    expect(slowerShare(recording, 'canary', 0.25) / slower(effects[name].latency)).toBeCloseTo(1, 1)
    expect(slowerShare(recording, 'stable', 0.25) / slower(1)).toBeCloseTo(1, 1)
  })

  test('conversion-5 and conversion-20 lower the share of checkouts that become orders', () => {
    expect(conversionRate(rollout(effects['conversion-5']), 'canary') / 0.19).toBeCloseTo(1, 2)
    expect(conversionRate(rollout(effects['conversion-20']), 'canary') / 0.16).toBeCloseTo(1, 2)
  })

  test('memory raises the level', () => {
    const recording = rollout({ memory: 1.4 })
    expect(Math.exp(logMemory(recording, 'canary', 130) - logMemory(recording, 'stable', 130))).toBeCloseTo(
      1.4,
      6,
    )
  })

  test('crash fails its share from its minute on', () => {
    const recording = rollout({ crash: { failing: 0.8, fromMinute: 3 } })
    expect(errorRate(recording, 'canary', 120, 123) / 0.005).toBeCloseTo(1, 0)
    expect(errorRate(recording, 'canary', 123)).toBeCloseTo(0.801, 2)
  })

  test('bad-pod is the first canary pod alone', () => {
    const recording = rollout(effects['bad-pod'])
    const { bad, total: of } = metric(recording, 'errors')
    const rates = podsOf(recording, 'canary', bad).map(
      (row, pod) => total([row]) / total([podsOf(recording, 'canary', of)[pod] ?? []]),
    )
    expect(rates.map((rate) => Math.round(rate / 0.005))).toEqual([10, 1, 1, 1])
    const slow = rollout({ badPods: { pods: 4, errors: 1, latency: 2 } })
    expect(slowerShare(slow, 'canary', 0.25) / slower(2)).toBeCloseTo(1, 1)
  })

  test('leak grows memory and latency by the minute and errors in the end', () => {
    const recording = rollout(effects.leak)
    expect(Math.exp(logMemory(recording, 'canary', 140) - logMemory(recording, 'stable', 140))).toBeCloseTo(
      1.3,
      6,
    )
    expect(slowerShare(recording, 'canary', 0.25, 149) / slower(1.29)).toBeCloseTo(1, 1)
    expect(errorRate(recording, 'canary', 120, 140) / 0.005).toBeCloseTo(1, 1)
    expect(errorRate(recording, 'canary', 140) / 0.005).toBeCloseTo(3, 1)
  })
})
