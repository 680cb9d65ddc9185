import { compareLabels, numberAt, type Labels, type SimulatedSeries } from './simulated-series.ts'
import type { Row, Steps, Value } from './evaluate.ts'

/** The `data` of an instant query's answer. The text is written by hand, for speed: a source reads mostly results. */
export function writeInstant(value: Value, at: number): string {
  if (value.kind === 'scalar') {
    return `{"resultType":"scalar","result":${point(at, numberAt(value.values, 0))}}`
  }
  const rows = inOrder(value.rows).map(
    (row) => `{"metric":${writeLabels(row.labels)},"value":${point(at, numberAt(row.values, 0))}}`,
  )
  return `{"resultType":"vector","result":[${rows.join(',')}]}`
}

/** The `data` of a range query's answer. */
export function writeMatrix(value: Value, steps: Steps): string {
  const rows = value.kind === 'scalar' ? [scalarRow(value.values)] : inOrder(value.rows)
  const moments = Array.from({ length: steps.count }, (_, step) => (steps.start + step * steps.every) / 1000)
  return `{"resultType":"matrix","result":[${rows.map((row) => writeRow(row, moments)).join(',')}]}`
}

/** The `data` of an instant query for a range: the samples themselves. */
export function writeSamples(found: readonly FoundSamples[]): string {
  const rows = inOrder(found).map(({ labels, series, from, end }) => {
    const points: string[] = []
    for (let index = from; index < end; index++) {
      points.push(point(numberAt(series.times, index), numberAt(series.values, index)))
    }
    return `{"metric":${writeLabels(labels)},"values":[${points.join(',')}]}`
  })
  return `{"resultType":"matrix","result":[${rows.join(',')}]}`
}

export interface FoundSamples {
  readonly labels: Labels
  readonly series: SimulatedSeries
  readonly from: number
  readonly end: number
}

export function writeLabels(labels: Labels): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** The shortest notation of Go, with an exponent only below 1e-6 and from 1e21 on. */
export function writeNumber(value: number): string {
  if (Number.isSafeInteger(value) && value !== 0) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return Object.is(value, -0) ? '-0' : String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

function writeRow({ labels, values, present }: Row, moments: readonly number[]): string {
  const points: string[] = []
  for (const [step, at] of moments.entries()) {
    if (present[step] === 1) points.push(`[${at},"${writeNumber(numberAt(values, step))}"]`)
  }
  return `{"metric":${writeLabels(labels)},"values":[${points.join(',')}]}`
}

function scalarRow(values: Float64Array): Row {
  return { labels: {}, values, present: new Uint8Array(values.length).fill(1) }
}

function inOrder<T extends { readonly labels: Labels }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => compareLabels(a.labels, b.labels))
}

function point(at: number, value: number): string {
  return `[${at / 1000},"${writeNumber(value)}"]`
}
