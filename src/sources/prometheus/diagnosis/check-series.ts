import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { Labels } from '../arms/arms.ts'
import { mixedLabels, whereAdvice } from '../arms/mixed-labels.ts'
import { named, valuesOf } from './words.ts'
import { missing, type PreparedMetric } from './prepared-metric.ts'
import type { Probe } from './probe-queries.ts'

/** Finds series that two servers scraped and that are not merged: a sum counts their requests twice. */
export function checkReplicas(all: readonly Labels[]): readonly Finding[] {
  const names = new Set(all.flatMap((labels) => Object.keys(labels)))
  return [...names]
    .filter((name) => /replica/i.test(name) && isCopied(all, name))
    .map((name) => finding(all, name))
}

/** Several clusters behind one source, or several servers: what is meant for one counts in all. */
export function checkPlaces(
  all: readonly Labels[],
  { arms, select }: Pick<PreparedMetric, 'arms' | 'select'>,
): readonly Finding[] {
  return mixedLabels(all, arms).map((mixed) => {
    const text = `series of one arm have the label ${mixed.label} ${named(mixed.values)}, and all of them count: ${whereAdvice(select, mixed)}`
    return { level: 'warning', code: 'mixed-series', text }
  })
}

function isCopied(all: readonly Labels[], name: string): boolean {
  const seen = new Set<string>()
  for (const { [name]: replica, ...others } of all) {
    if (replica === undefined) continue
    const key = JSON.stringify(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (seen.has(key)) return true
    seen.add(key)
  }
  return false
}

function finding(all: readonly Labels[], name: string): Finding {
  const values = valuesOf(all, name)
  const [first = ''] = values
  const text = `the same series are there for ${name} ${named(values)}, and each counts: let the source merge them (of Thanos --query.replica-label ${name}), or add ${name}="${first}" to the selectors`
  return { level: 'warning', code: 'duplicate-target', text }
}

/** Not even a crash loop makes a counter fall so often. */
const FALLING_SHARE = 0.25
const LEAST_FALLS = 5

/** A level or a rate in place of a counter: what it rises by would be taken for requests. */
export function checkCounter(one: PreparedMetric, { result, of }: Probe): readonly Finding[] {
  if (one.queries.kind === 'gauge' || one.queries.kind === 'series') return []
  let changes = 0
  let falls = 0
  for (const { values } of result) {
    values.forEach((value, i) => {
      const before = values[i - 1]
      if (before === undefined || value === before) return
      changes += 1
      if (value < before) falls += 1
    })
  }
  if (falls < LEAST_FALLS || falls < FALLING_SHARE * changes) return []
  const text = `${of} fell in ${falls} of ${changes} changes, which no counter does: expected a counter as it is scraped, not a gauge, a rate or a recording rule of one`
  return [missing(one, 'not-a-counter', text)]
}
