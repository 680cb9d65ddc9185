import type { Aggregation } from './expression.ts'
import type { Row } from './evaluate.ts'
import { numberAt, type Labels } from './simulated-series.ts'

/** One row for each combination of the named labels. A row without a value at a step adds nothing at that step. */
export function aggregateRows(
  rows: readonly Row[],
  { name, by }: { readonly name: Aggregation; readonly by: readonly string[] },
  steps: number,
): readonly Row[] {
  const groups = new Map<string, Row>()
  const add = adders[name]
  for (const row of rows) {
    const labels = pick(row.labels, by)
    const key = by.map((label) => labels[label] ?? '').join('\u0000')
    const group = groups.get(key) ?? {
      labels,
      values: new Float64Array(steps),
      present: new Uint8Array(steps),
    }
    groups.set(key, group)
    for (let step = 0; step < steps; step++) {
      if (row.present[step] !== 1) continue
      const before = group.present[step] === 1 ? numberAt(group.values, step) : undefined
      group.values[step] = add(before, numberAt(row.values, step))
      group.present[step] = 1
    }
  }
  return [...groups.values()]
}

/** At each step only the rows with the largest values keep them; of equal ones the first. */
export function largestRows(rows: readonly Row[], count: number, steps: number): readonly Row[] {
  const kept = rows.map((row) => ({ ...row, present: new Uint8Array(steps) }))
  for (let step = 0; step < steps; step++) {
    const valueOf = (row: Row): number => {
      const value = numberAt(row.values, step)
      return Number.isNaN(value) ? -Infinity : value
    }
    const there = kept.filter((_, index) => rows[index]?.present[step] === 1)
    for (const row of there.toSorted((a, b) => valueOf(b) - valueOf(a)).slice(0, count)) row.present[step] = 1
  }
  return kept.filter(({ present }) => present.includes(1))
}

/** Leaves out a label that the series does not have or that is empty. */
function pick(labels: Labels, names: readonly string[]): Labels {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = labels[name]
    if (value !== undefined && value !== '') picked[name] = value
  }
  return picked
}

const adders: Readonly<Record<Aggregation, (before: number | undefined, value: number) => number>> = {
  sum: (before, value) => (before === undefined ? value : before + value),
  count: (before = 0) => before + 1,
  // a NaN counts only when there is no other value
  max: (before, value) => (before === undefined || before < value || Number.isNaN(before) ? value : before),
  min: (before, value) => (before === undefined || before > value || Number.isNaN(before) ? value : before),
}
