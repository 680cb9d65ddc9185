import { describe, expect, it } from 'vitest'
import type { FailCause } from '../../../src/engine/decision/decide.ts'
import type { Component } from '../../../src/engine/decision/error-budget.ts'
import { type Harm, harmFound } from '../../../src/engine/explanation/harm-found.ts'
import { arm, madeLook, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'errors', kind: 'errors', limit: '1%' },
  { name: 'p95', kind: 'latency' },
  { name: 'conversion', kind: 'conversion' },
])
/** Evidence from slice 3 on, and none before. */
const component = (metric: string, rule: Component['rule'], e: number, weight = 1 / 3): Component => ({
  metric,
  rule,
  weight,
  harm: Float64Array.from({ length: 12 }, (_, t) => (t < 3 ? 0 : Math.log(e))),
})

const errors = 'errors 4% of 100 canary requests vs 1% of 100 stable'
const p95 = 'p95 slower: 20% of 100 canary requests over 250 ms vs 10% of 100 stable'
const conversion = 'conversion 10% of 100 in the canary vs 20% of 100 in stable'

function found(components: readonly Component[], cause: FailCause, t = cause.t): Harm {
  const run = madeRun(policy, {
    history: 60,
    metrics: {
      // the number of errors is the number of the slice
      errors: { numbers: (k) => ({ canary: arm(k, 100), stable: arm(1, 100) }) },
      p95: { numbers: { canary: arm(20, 100), stable: arm(10, 100), bound: 0.25 } },
      conversion: { numbers: { canary: arm(10, 100), stable: arm(20, 100) } },
    },
    components,
  })
  return harmFound(run, madeLook({ t }), cause)
}

const path: FailCause = { by: 'path', t: 4 }

describe('harmFound by the path', () => {
  it('names one metric that is worse', () => {
    expect(found([component('errors', 'worse', 1e6), component('p95', 'worse', 1)], path)).toStrictEqual({
      culprits: [{ metric: 'errors', rule: 'worse' }],
      jointly: false,
      cause: path,
      text: errors,
      reasons: [{ code: 'worse', metric: 'errors', text: errors }],
    })
  })

  it.each([
    ['crash', 'crashing', `${errors}, crashing`],
    ['limit', 'over-limit', 'errors over the limit of 1%: 4% of 100 canary requests vs 1% of 100 stable'],
  ] as const)('tells of a %s with the code %s', (rule, code, text) => {
    const harm = found([component('errors', rule, 1e6), component('p95', 'worse', 1)], path)
    expect(harm.text).toBe(text)
    expect(harm.reasons).toEqual([{ code, metric: 'errors', text }])
  })

  it('describes the strongest in full and names the others', () => {
    const all = [
      component('errors', 'worse', 1e6),
      component('p95', 'worse', 1e9),
      component('conversion', 'worse', 1e5),
    ]
    const harm = found(all, path)
    expect(harm.text).toBe(`${p95}; also errors and conversion`)
    expect(harm.reasons).toEqual([
      { code: 'worse', metric: 'p95', text: p95 },
      { code: 'worse', metric: 'errors', text: errors },
      { code: 'worse', metric: 'conversion', text: conversion },
    ])
    expect(found(all.slice(0, 2), path).text).toBe(`${p95}; also errors`)
  })

  it('names a metric once that fails by more than one rule', () => {
    const worse = component('errors', 'worse', 1e6)
    const crash = component('errors', 'crash', 1e9)
    expect(found([worse, crash], path).text).toBe(`${errors}, crashing`)
    const slow = component('p95', 'worse', 1e12)
    expect(found([worse, crash, slow], path).text).toBe(`${p95}; also errors`)
    expect(found([worse, crash, slow], path).reasons.map(({ code }) => code)).toEqual([
      'worse',
      'crashing',
      'worse',
    ])
  })

  it('names all that lean towards harm where none is proven alone', () => {
    const harm = found([component('errors', 'worse', 30), component('p95', 'worse', 20)], path)
    expect(harm.jointly).toBe(true)
    expect(harm.text).toBe(`together worse than stable: ${errors}; ${p95}`)
    expect(harm.reasons).toEqual([
      { code: 'jointly-worse', metric: 'errors', text: errors },
      { code: 'jointly-worse', metric: 'p95', text: p95 },
    ])
  })

  it('does not put a rule before the whole where none is proven alone', () => {
    const crash = component('errors', 'crash', 30)
    expect(found([crash, component('p95', 'worse', 20)], path).reasons[0]?.code).toBe('jointly-worse')
  })

  it('says no more than that where nothing can be named', () => {
    const harm = found([component('errors', 'worse', 1)], path)
    expect(harm).toMatchObject({ text: 'the metrics together are worse than stable', reasons: [] })
    expect(found([component('gone', 'worse', 1e9)], path)).toMatchObject({
      text: 'the metrics together are worse than stable',
      reasons: [],
    })
  })

  it('judges by the slice of the fail, not by the look', () => {
    const harm = found([component('errors', 'worse', 1e6)], path, 9)
    expect(harm.text).toBe(`at 11:05 ${errors}`)
    expect(harm.reasons).toEqual([
      { code: 'worse', metric: 'errors', text: errors },
      // slice 60 + 4 ends with the 65th minute
      { code: 'failed-before', text: 'failed at 2026-01-05T11:05:00.000Z, which stays' },
    ])
  })
})

describe('harmFound at a gate', () => {
  it('names the metrics that the gate found, in its order, and no others', () => {
    const cause: FailCause = { by: 'gate', t: 4, metrics: ['errors', 'conversion'] }
    expect(found([component('p95', 'worse', 1e9)], cause)).toStrictEqual({
      culprits: [
        { metric: 'errors', rule: 'worse' },
        { metric: 'conversion', rule: 'worse' },
      ],
      jointly: false,
      cause,
      text: `${errors}; also conversion`,
      reasons: [
        { code: 'worse-at-gate', metric: 'errors', text: errors },
        { code: 'worse-at-gate', metric: 'conversion', text: conversion },
      ],
    })
  })
})
