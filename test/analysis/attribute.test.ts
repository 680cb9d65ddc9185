import { describe, expect, it } from 'vitest'
import { attribute } from '../../src/analysis/attribute.ts'
import type { Component } from '../../src/analysis/gather.ts'

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
    // all three average 46; either of the first two with the silent third averages less than 40
    const three = [
      component('a', 0.4, Math.log(58)),
      component('b', 0.4, Math.log(57)),
      component('c', 0.2, 0),
    ]
    const found = attribute(three, 0, threshold)
    expect(found.jointly).toBe(true)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a', 'b'])
  })

  it('does not let a silent metric be named', () => {
    const found = attribute([component('a', 0.5, 700), component('b', 0.5, 0)], 0, threshold)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a'])
  })

  it('leaves out what has no weight', () => {
    const found = attribute([component('a', 1, 9), component('watched', 0, 50)], 0, threshold)
    expect(found.culprits.map(({ metric }) => metric)).toEqual(['a'])
  })
})
