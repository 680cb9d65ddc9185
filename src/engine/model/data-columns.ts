import type { MetricData, PodSeries, Sample } from './recording.ts'

/** One value of each pod in each slice: `[pod][slice]`. */
export type Column = readonly PodSeries[]

/**
 * The samples of any kind of metric as columns, in the order in which the store keeps them: errors bad and total,
 * conversion good and total, gauge value, restarts, latency total and then one column for each bound.
 */
export function dataColumns(data: MetricData): readonly Column[] {
  switch (data.kind) {
    case 'errors':
      return [data.bad, data.total]
    case 'conversion':
      return [data.good, data.total]
    case 'gauge':
      return [data.value]
    case 'restarts':
      return [data.restarts]
    case 'latency':
      return [data.total, ...data.bounds.map((_, bound) => data.above.map((pod) => pod?.[bound] ?? null))]
    default:
      return data satisfies never
  }
}

/** The same metric with its rows of samples changed one by one. */
export function mapRows(data: MetricData, change: (row: readonly Sample[]) => readonly Sample[]): MetricData {
  return withColumns(
    data,
    dataColumns(data).map((column) => column.map((row) => row && change(row))),
  )
}

/** The same metric with other columns, as many and in the same order as `dataColumns` gives them. */
export function withColumns(data: MetricData, columns: readonly Column[]): MetricData {
  const [first = [], second = []] = columns
  switch (data.kind) {
    case 'errors':
      return { ...data, bad: first, total: second }
    case 'conversion':
      return { ...data, good: first, total: second }
    case 'gauge':
      return { ...data, value: first }
    case 'restarts':
      return { ...data, restarts: first }
    case 'latency':
      return { ...data, total: first, above: bucketsOf(columns.slice(1), data.above.length) }
    default:
      return data satisfies never
  }
}

/** `[pod][bound][slice]`; a pod without any row has no histogram. */
function bucketsOf(
  columns: readonly Column[],
  pods: number,
): readonly (readonly (readonly Sample[])[] | null)[] {
  return Array.from({ length: columns[0]?.length ?? pods }, (_, pod) => {
    const rows = columns.flatMap((column) => [column[pod] ?? null])
    return rows.every((row) => row === null) ? null : rows.map((row) => row ?? [])
  })
}
