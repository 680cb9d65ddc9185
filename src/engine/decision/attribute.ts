import { valueAt } from '../model/value-at.ts'
import type { Component } from './error-budget.ts'

export interface Culprit {
  readonly metric: string
  readonly rule: Component['rule']
}

export interface Attribution {
  /** The metrics that are significant on their own; with `jointly`, those that are significant only together. */
  readonly culprits: readonly Culprit[]
  readonly jointly: boolean
}

/**
 * Closed testing: a component is named when every average that contains it is beyond the threshold. So the chance of
 * naming an innocent one is no larger than the chance of a false fail.
 */
export function attribute(components: readonly Component[], t: number, logThreshold: number): Attribution {
  const active = components.filter(({ weight }) => weight > 0)
  const culprits = active
    .filter((component) => adjusted(component, active, t) >= logThreshold)
    .sort((a, b) => valueAt(b.harm, t) - valueAt(a.harm, t))
  if (culprits.length > 0) return { culprits: culprits.map(named), jointly: false }
  const leaning = active
    .filter(({ harm }) => valueAt(harm, t) > 0)
    .sort((a, b) => Math.log(b.weight) + valueAt(b.harm, t) - Math.log(a.weight) - valueAt(a.harm, t))
  return { culprits: leaning.slice(0, 3).map(named), jointly: true }
}

/** ln of the smallest weighted mean of e-values over all sets that contain the component. */
function adjusted(component: Component, all: readonly Component[], t: number): number {
  const others = all
    .filter((other) => other !== component)
    .sort((a, b) => valueAt(a.harm, t) - valueAt(b.harm, t))
  // relative to the component's own e-value, which may be too large for a number
  const own = component.harm[t] ?? 0
  let sum = component.weight
  let weight = component.weight
  let least = 0
  for (const other of others) {
    sum += other.weight * Math.exp(valueAt(other.harm, t) - own)
    weight += other.weight
    least = Math.min(least, Math.log(sum / weight))
  }
  return own + least
}

function named({ metric, rule }: Component): Culprit {
  return { metric, rule }
}
