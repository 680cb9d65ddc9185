import { assert, constantFrom, double, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  describedService,
  type MetricForecast,
  minutesAtWeight,
  minutesToShow,
  planRollout,
  proposeStages,
  type ServiceNumbers,
  type Stages,
} from '../../../src/engine/index.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'

const metrics = [
  { name: 'errors', kind: 'errors' },
  { name: 'p95', kind: 'latency', quantile: 0.95 },
  { name: 'orders', kind: 'conversion' },
]
const { policy } = parsePolicy(JSON.stringify({ name: 'web', metrics }), 'web')
const spread = { podSd: 0.03, sd: 0.01, rho: 0.9 }
const numbers: ServiceNumbers = {
  rps: 20,
  errorRate: 0.005,
  p95Seconds: 0.25,
  conversionRate: 0.2,
  pods: 10,
  spread: { errors: spread, latency: spread, conversion: spread },
}
const usual: Stages = { weights: [5, 25, 50], minutes: [10, 10, 10] }
const forecast = (change: Partial<ServiceNumbers> = {}, stages = usual): readonly MetricForecast[] =>
  planRollout(describedService({ ...numbers, ...change }, policy), policy, stages)
const shownLast = (forecasts: readonly MetricForecast[]): readonly number[] =>
  forecasts.map(({ steps }) => steps.at(-1)?.shown ?? Infinity)

describe('planRollout', () => {
  test('planRollout has a line for each metric of the policy and each step', () => {
    const found = forecast()
    expect(found.map(({ name, kind }) => [name, kind])).toEqual([
      ['errors', 'errors'],
      ['p95', 'latency'],
      ['orders', 'conversion'],
    ])
    for (const { steps, path } of found) {
      expect(steps.map(({ weight, ends }) => [weight, ends])).toEqual([
        [5, 10],
        [25, 20],
        [50, 30],
      ])
      expect(path.map(({ minute }) => minute)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
      for (const { minute, shown } of path) {
        const earlier = path[minute - 2]?.shown ?? Infinity
        expect(shown ?? Infinity).toBeLessThanOrEqual(earlier)
      }
      for (const { shown = 0, held = 0, ends } of steps) {
        expect(shown).toBe(path[ends - 1]?.shown)
        expect(held).toBeLessThanOrEqual(shown)
      }
    }
  })

  test('nothing is shown before the canary has warmed up', () => {
    const [errors] = forecast({ errorRate: 0.001 })
    expect(errors?.path.slice(0, 3).every(({ shown }) => shown === undefined)).toBe(true)
  })

  test.each<[string, Partial<ServiceNumbers>, Partial<ServiceNumbers>]>([
    ['more traffic', { rps: 100 }, { rps: 5 }],
    [
      'pods that are more alike',
      { spread: { errors: { ...spread, podSd: 0.01 }, latency: spread, conversion: spread } },
      { spread: { errors: { ...spread, podSd: 0.2 }, latency: spread, conversion: spread } },
    ],
    ['more usual errors', { errorRate: 0.02 }, { errorRate: 0.001 }],
    ['failures one at a time', {}, { clump: 4 }],
  ])('%s shows smaller effects', (_, more, less) => {
    expect(shownLast(forecast(more))[0]).toBeLessThan(shownLast(forecast(less))[0] ?? 0)
  })

  test('steps of a day cost no more than steps of minutes', () => {
    const [day] = forecast({}, { weights: [10], minutes: [1440] })
    expect(day?.path.length).toBeLessThanOrEqual(120)
    expect(day?.path.at(-1)?.minute).toBe(1440)
  })

  test('a metric that the policy only watches, or that the service lacks, has no forecast', () => {
    const watched = parsePolicy(
      JSON.stringify({ name: 'web', metrics: [metrics[0], { ...metrics[1], watch: true }] }),
      'web',
    ).policy
    const service = describedService(numbers, policy)
    expect(planRollout(service, watched, usual).map(({ name }) => name)).toEqual(['errors'])
    expect(planRollout({ ...service, metrics: [] }, policy, usual)).toEqual([])
  })

  test('planRollout gives numbers for any service', () => {
    const services = record({
      rps: double({ min: 0.01, max: 100_000, noNaN: true }),
      errorRate: double({ min: 0, max: 0.5, noNaN: true }),
      p95Seconds: double({ min: 0.001, max: 600, noNaN: true }),
      conversionRate: double({ min: 0.0001, max: 0.99, noNaN: true }),
      pods: integer({ min: 1, max: 500 }),
      clump: integer({ min: 0, max: 5 }),
    })
    assert(
      property(services, constantFrom<Stages>(usual, { weights: [1], minutes: [1] }), (change, stages) => {
        for (const { steps, path } of forecast(change, stages)) {
          for (const { shown = 2, held = 2, ruledOut = 2 } of steps)
            for (const value of [shown, held, ruledOut]) expect(value).toBeGreaterThanOrEqual(1)
          for (const { shown = 2 } of path) expect(shown).toBeGreaterThan(1)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('minutes and proposals', () => {
  const service = describedService(numbers, policy)
  const minutesOf = (weight: number, effect: number): number =>
    minutesAtWeight(service, policy, weight, { metric: 'errors', effect }) ?? Infinity

  test('minutesAtWeight falls with the weight and with the effect', () => {
    expect(minutesOf(50, 2)).toBeLessThan(minutesOf(25, 2))
    expect(minutesOf(25, 2)).toBeLessThan(minutesOf(5, 2))
    expect(minutesOf(5, 10)).toBeLessThan(minutesOf(5, 3))
    expect(minutesOf(5, 1.001)).toBe(Infinity)
    expect(minutesAtWeight(service, policy, 5, { metric: 'absent', effect: 2 })).toBeUndefined()
  })

  test('minutesToShow is the minute in which planRollout first shows the effect', () => {
    const [errors] = planRollout(service, policy, usual)
    const minute = minutesToShow(service, policy, usual, { metric: 'errors', effect: 3 }) ?? 0
    expect(errors?.path[minute - 1]?.shown).toBeLessThan(3.1)
    expect(errors?.path[minute - 2]?.shown ?? Infinity).toBeGreaterThan(2.9)
    expect(minutesToShow(service, policy, usual, { metric: 'errors', effect: 1.01 })).toBeUndefined()
  })

  test('proposeStages uses the whole time, and starts smaller where there is more traffic', () => {
    const at = (rps: number, minutes: number): Stages | undefined =>
      proposeStages(describedService({ ...numbers, rps }, policy), policy, minutes)
    const busy = at(500, 30)
    expect(busy?.minutes.reduce((sum, length) => sum + length, 0)).toBe(30)
    expect(busy?.weights[0]).toBeLessThan(at(0.5, 30)?.weights[0] ?? 0)
    expect(at(20, 3)).toBeUndefined()
  })
})
