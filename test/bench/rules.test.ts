import { describe, expect, test } from 'vitest'
import { armCounts, quantileOf } from '../../bench/arm-counts.ts'
import { excessHarm } from '../../bench/excess-harm.ts'
import { policies } from '../../bench/policies.ts'
import { kayenta } from '../../bench/rules/kayenta.ts'
import { peekedZ } from '../../bench/rules/peeked-z.ts'
import { pipecd } from '../../bench/rules/pipecd.ts'
import type { Rule } from '../../bench/rules/rule.ts'
import { staticThresholds } from '../../bench/rules/static-thresholds.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import { effects, type Effect } from '../../src/simulate/effect.ts'
import { noises } from '../../src/simulate/noise.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'

const rule = (name: Rule, recording: Recording) => name(recording, policies['no-worse'])
const heavy = { noise: noises.none, traffic: { rps: 5000, podSd: 0 } }
const clear = (effect: Effect) => simulateRollout({ seed: 1, ...heavy, effect })
const allPassed = [
  { weight: 5, slice: 129 },
  { weight: 25, slice: 139 },
  { weight: 50, slice: 149 },
]

describe('staticThresholds', () => {
  test('staticThresholds(n) aborts at the failure after the n tolerated ones', () => {
    const recording = clear(effects['errors-x10'])
    expect(rule(staticThresholds(0), recording).failAt).toBe(120)
    expect(rule(staticThresholds(3), recording).failAt).toBe(123)
    expect(rule(staticThresholds(4), recording)).toEqual({ failAt: 124, passed: [] })
  })

  test('staticThresholds(n) counts failures that are not consecutive', () => {
    const noise = { ...noises.none, outage: { earliest: 2, latest: 2, minutes: 2, failing: 0.1 } }
    const recording = simulateRollout({ seed: 1, ...heavy, noise, effect: { errors: 4, fromMinute: 15 } })
    expect(rule(staticThresholds(2), recording)).toEqual({ failAt: 135, passed: [{ weight: 5, slice: 129 }] })
  })

  test('staticThresholds(0) sees a p99 over 500 ms and passes a canary under both thresholds', () => {
    expect(rule(staticThresholds(0), clear(effects['latency-x2'])).failAt).toBe(120)
    expect(rule(staticThresholds(0), clear(effects.none))).toEqual({ passed: allPassed })
  })
})

describe('kayenta', () => {
  test('kayenta(false) looks every five minutes and ignores memory, kayenta(true) does not', () => {
    expect(rule(kayenta(false), clear(effects['latency-25'])).failAt).toBe(124)
    expect(rule(kayenta(false), clear({ memory: 1.3 }))).toEqual({ passed: allPassed })
    expect(rule(kayenta(true), clear({ memory: 1.3 })).failAt).toBe(124)
  })

  test('kayenta(false) fails fewer orders and not more', () => {
    expect(rule(kayenta(false), clear(effects['conversion-20'])).failAt).toBe(124)
    expect(rule(kayenta(false), clear({ conversion: 1.2 })).failAt).toBeUndefined()
  })
})

describe('pipecd', () => {
  test('pipecd looks at the last five minutes every five', () => {
    const failAts = Array.from({ length: 12 }, (_, seed) => {
      const late = simulateRollout({ seed, ...heavy, effect: { errors: 3, fromMinute: 15 } })
      return rule(pipecd, late).failAt ?? 0
    })
    expect(new Set(failAts.map((failAt) => failAt % 5))).toEqual(new Set([4]))
    expect(Math.max(...failAts)).toBe(139)
    expect(rule(pipecd, clear(effects['conversion-20'])).failAt).toBe(124)
  })
})

describe('peekedZ', () => {
  test('peekedZ sees what is plain in the first minute', () => {
    for (const name of ['errors-x10', 'latency-x2', 'conversion-20'] as const) {
      expect(rule(peekedZ, clear(effects[name])).failAt).toBe(120)
    }
  })

  test('peekedZ is fooled by a base rate that drifts with the weight', () => {
    const noise = { ...noises.none, trend: { minutes: 30, traffic: 1, errors: 3, latency: 1.4 } }
    const fooled = Array.from(
      { length: 10 },
      (_, seed) => rule(peekedZ, simulateRollout({ seed, noise })).failAt,
    )
    expect(fooled.every((failAt) => failAt !== undefined)).toBe(true)
  })
})

describe('quantileOf', () => {
  test('quantileOf(arm, slice, q) interpolates inside the bucket, as histogram_quantile does', () => {
    const arm = {
      ...armCounts(clear(effects.none)).stable,
      requests: [100, 0, 4],
      bounds: [1, 2, 4],
      slower: [
        [60, 0, 4],
        [10, 0, 4],
        [0, 0, 4],
      ],
    }
    expect(quantileOf(arm, 0, 0.9)).toBeCloseTo(2, 12)
    expect(quantileOf(arm, 0, 0.5)).toBeCloseTo(1.2, 12)
    expect(quantileOf(arm, 0, 0.2)).toBeCloseTo(0.5, 12)
    expect(quantileOf(arm, 0, 0.95)).toBeCloseTo(3, 12)
    expect(quantileOf(arm, 1, 0.95)).toBeUndefined()
    expect(quantileOf(arm, 2, 0.95)).toBe(4)
  })
})

describe('excessHarm', () => {
  test('excessHarm(recording, harm, until) counts the users who fared worse, up to the abort', () => {
    // 5000 rps, 5 % canary: 15 000 canary requests a minute
    expect(excessHarm(clear(effects['errors-x10']), 'errors', 121) / (2 * 15_000 * 0.045)).toBeCloseTo(1, 1)
    expect(
      excessHarm(clear(effects['conversion-20']), 'conversion', 121) / (2 * 15_000 * 0.4 * 0.04),
    ).toBeCloseTo(1, 1)
    // P(slower than .25 s) is .0633 at a median of .1 s and .355 at .2 s
    expect(
      excessHarm(clear(effects['latency-x2']), 'latency', 120) / (15_000 * (0.355 - 0.0633)),
    ).toBeCloseTo(1, 1)
  })

  test('excessHarm(recording, harm, until) of a healthy canary is nothing but chance', () => {
    expect(Math.abs(excessHarm(clear(effects.none), 'errors', 149))).toBeLessThan(
      4 * Math.sqrt(2.4e6 * 0.005 * 2),
    )
  })
})
