import type { PodSeries, Sample } from '../../engine/model/recording.ts'
import { describeValue } from '../mistakes/describe-value.ts'
import { toPathText } from '../mistakes/path.ts'

/** Collects mistakes, keeping the first few and counting the rest. */
export interface Complaints {
  add(path: string, message: string): void
}

export interface MatrixSize {
  readonly pods: number
  readonly slices: number
}

type Row = readonly Sample[]

/**
 * Reads `[pod][slice]` with a loop instead of zod, because a recording may hold 75 000 numbers and each replay reads them:
 * 284 kB take 0.11 ms this way, and their `JSON.parse` 0.69 ms. Arrays are used as they are, never copied, unless a row holds NaN or ±Inf as text.
 * A mistake is reported and leaves a hole; the caller throws then.
 */
export function readSeries(
  rows: unknown,
  size: MatrixSize,
  path: string,
  complaints: Complaints,
): readonly PodSeries[] {
  return readRows(rows, size.pods, 'pods', path, complaints, (row, at) =>
    row === null ? null : readRow(row, size.slices, at, complaints),
  )
}

/** Reads `[pod][bound][slice]`. */
export function readBuckets(
  rows: unknown,
  size: MatrixSize & { readonly bounds: number },
  path: string,
  complaints: Complaints,
): readonly (readonly Row[] | null)[] {
  const readPod = (pod: unknown, at: () => string): readonly Row[] | null =>
    pod === null
      ? null
      : readRows(pod, size.bounds, 'bounds', at(), complaints, (row, inner) =>
          readRow(row, size.slices, inner, complaints),
        )
  return readRows(rows, size.pods, 'pods', path, complaints, readPod)
}

function readRows<T>(
  rows: unknown,
  length: number,
  what: string,
  path: string,
  complaints: Complaints,
  read: (row: unknown, at: () => string) => T,
): readonly T[] {
  if (!Array.isArray(rows)) {
    complaints.add(
      path,
      `expected a list of ${length} rows, one for each of the ${what}, got ${describeValue(rows)}`,
    )
    return []
  }
  if (rows.length !== length) {
    complaints.add(path, `expected ${length} rows, one for each of the ${what}, got ${rows.length}`)
    return []
  }
  return Array.from(rows, (row: unknown, index) => read(row, () => `${path}[${index}]`))
}

function readRow(row: unknown, length: number, at: () => string, complaints: Complaints): Row {
  if (!Array.isArray(row)) {
    complaints.add(at(), `expected a list of ${length} samples, got ${describeValue(row)}`)
    return []
  }
  if (row.length !== length) {
    complaints.add(at(), `expected ${length} samples, one for each slice, got ${row.length}`)
    return []
  }
  return isRow(row) ? row : toRow(row, at, complaints)
}

function isRow(row: readonly unknown[]): row is Row {
  for (let slice = 0; slice < row.length; slice++) {
    const value = row[slice]
    if (typeof value !== 'number' && value !== null) return false
  }
  return true
}

function toRow(row: readonly unknown[], at: () => string, complaints: Complaints): Row {
  return Array.from(row, (value, slice): Sample => {
    if (typeof value === 'number' || value === null) return value
    const special = typeof value === 'string' ? specialNumbers.get(value) : undefined
    if (special !== undefined) return special
    complaints.add(
      `${at()}${toPathText([slice])}`,
      `expected a number, null, "NaN", "+Inf" or "-Inf", got ${describeValue(value)}`,
    )
    return null
  })
}

const specialNumbers = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Infinity],
  ['-Inf', -Infinity],
])
