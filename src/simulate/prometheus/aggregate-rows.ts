import type { Aggregation } from './expression.ts'
import type { Row } from './evaluate.ts'
import { numberAt, type Labels } from './simulated-series.ts'

/** One row for each combination of the labels named; a row without values at a step adds nothing there. */
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

/** A label that a series lacks, or that is empty, is left out. */
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
  // a NaN counts only where there is nothing else
  max: (before, value) => (before === undefined || before < value || Number.isNaN(before) ? value : before),
  min: (before, value) => (before === undefined || before > value || Number.isNaN(before) ? value : before),
}
