import { describe, expect, it } from 'vitest'
import { attribute } from '../../../src/engine/decision/attribute.ts'
import type { Component } from '../../../src/engine/decision/error-budget.ts'

const component = (metric: string, weight: number, log: number): Component => ({
  metric,
  rule: 'worse',
  weight,
  harm: Float64Array.of(log),
})
const threshold = Math.log(40)

describe('attribute', () => {
  it('names the one metric that carries the evidence', () => {
    const found = attribute([component('a', 0.5, 12), component('b', 0.5, -2)], 0, threshold)
    expect(found).toEqual({ culprits: [{ metric: 'a', rule: 'worse' }], jointly: false })
  })

  it('names both, the stronger first, when each stands on its own', () => {
    const found = attribute([component('a', 0.5, 10), component('b', 0.5, 14)], 0, threshold)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['b', 'a'])
  })

  it('names none alone when only their mean is beyond the threshold', () => {
    // the average of all three is 46; that of either of the first two and the silent third is less than 40
    const three = [
      component('a', 0.4, Math.log(58)),
      component('b', 0.4, Math.log(57)),
      component('c', 0.2, 0),
    ]
    const found = attribute(three, 0, threshold)
    expect(found.jointly).toBe(true)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a', 'b'])
  })

  it('names at most three of those that lean, by what each adds to the mean', () => {
    // none alone is beyond 40; weight times e is 6 for b, 4.5 for d, 3 for a, 2 for c
    const leaning = [
      component('a', 0.1, Math.log(30)),
      component('b', 0.3, Math.log(20)),
      component('c', 0.2, Math.log(10)),
      component('d', 0.3, Math.log(15)),
      component('e', 0.1, Math.log(0.9)),
    ]
    const found = attribute(leaning, 0, threshold)
    expect(found).toEqual({
      culprits: ['b', 'd', 'a'].map((metric) => ({ metric, rule: 'worse' })),
      jointly: true,
    })
  })

  it('does not name what leans the other way or not at all', () => {
    const found = attribute(
      [component('a', 0.5, 0), component('b', 0.4, -1), component('c', 0.1, 1)],
      0,
      threshold,
    )
    expect(found).toEqual({ culprits: [{ metric: 'c', rule: 'worse' }], jointly: true })
  })

  it('does not let a silent metric be named', () => {
    const found = attribute([component('a', 0.5, 700), component('b', 0.5, 0)], 0, threshold)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a'])
  })

  it('leaves out what has no weight', () => {
    const found = attribute([component('a', 1, 9), component('watched', 0, 50)], 0, threshold)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a'])
  })

  it('names exactly those of which every set that contains them averages beyond the threshold', () => {
    const values = [1, 30, 55, 90, 400]
    for (let n = 0; n < values.length ** 4; n++) {
      const es = [0, 1, 2, 3].map((j) => values[Math.floor(n / values.length ** j) % values.length] ?? 1)
      const weights = [0.4, 0.3, 0.2, 0.1]
      const significant = es.flatMap((_, j) => (everySetWith(j, es, weights) ? [`m${j}`] : []))
      const components = es.map((e, j) => component(`m${j}`, weights[j] ?? 0, Math.log(e)))
      const found = attribute(components, 0, threshold)
      const named = found.jointly ? [] : found.culprits.map(({ metric }) => metric)
      expect(named.toSorted()).toEqual(significant)
    }
  })
})

function everySetWith(j: number, es: readonly number[], weights: readonly number[]): boolean {
  for (let set = 0; set < 2 ** es.length; set++) {
    const members = es.flatMap((_, i) => (i === j || ((set >> i) & 1) === 1 ? [i] : []))
    const weight = members.reduce((sum, i) => sum + (weights[i] ?? 0), 0)
    const mean = members.reduce((sum, i) => sum + (weights[i] ?? 0) * (es[i] ?? 0), 0) / weight
    if (mean < 40) return false
  }
  return true
}
