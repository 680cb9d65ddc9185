import type { MetricData, PodSeries, Sample } from './recording.ts'

/** One value of each pod in each slice: `[pod][slice]`. */
export type Column = readonly PodSeries[]

/**
 * The samples of any kind of metric as columns, in the order of the store: errors bad and total, conversion good and
 * total, gauge and series value, restarts, latency total and then one column for each bound.
 */
export function dataColumns(data: MetricData): readonly Column[] {
  switch (data.kind) {
    case 'errors':
      return [data.bad, data.total]
    case 'conversion':
      return [data.good, data.total]
    case 'gauge':
    case 'series':
      return [data.value]
    case 'restarts':
      return [data.restarts]
    case 'latency':
      return [data.total, ...data.bounds.map((_, bound) => data.above.map((pod) => pod?.[bound] ?? null))]
    default:
      return data satisfies never
  }
}

/** What counts for the size of a recording, also of one that is not checked yet. */
interface Sized {
  readonly metrics: Readonly<
    Record<
      string,
      { readonly kind: PlainKind } | { readonly kind: 'latency'; readonly bounds: readonly unknown[] }
    >
  >
  readonly pods: readonly unknown[]
  readonly slices: number
}

/** How many samples a recording has at most: two columns of a kind, and for latency one more than bounds. */
export function mostSamples({ metrics, pods, slices }: Sized): number {
  const columns = Object.values(metrics).map((data) => (data.kind === 'latency' ? data.bounds.length + 1 : 2))
  return columns.reduce((sum, count) => sum + count, 0) * pods.length * slices
}

/** The same metric after `change` of each row of samples. */
export function mapRows(data: MetricData, change: (row: readonly Sample[]) => readonly Sample[]): MetricData {
  return withColumns(
    data,
    dataColumns(data).map((column) => column.map((row) => row && change(row))),
  )
}

/** The same metric with other columns, as many and in the same order as `dataColumns` gives them. */
export function withColumns(data: MetricData, columns: readonly Column[]): MetricData {
  if (data.kind !== 'latency') return plainData[data.kind](columns)
  const [total = [], ...buckets] = columns
  return { ...data, total, above: bucketsOf(buckets, data.above.length) }
}

/** The kinds whose data is one or two columns and nothing else. */
export type PlainKind = Exclude<MetricData['kind'], 'latency'>

/** Makes the data of a plain kind from its columns, in the order of `dataColumns`. */
export const plainData: Readonly<Record<PlainKind, (columns: readonly Column[]) => MetricData>> = {
  errors: ([bad = [], total = []]) => ({ kind: 'errors', bad, total }),
  conversion: ([good = [], total = []]) => ({ kind: 'conversion', good, total }),
  gauge: ([value = []]) => ({ kind: 'gauge', value }),
  series: ([value = []]) => ({ kind: 'series', value }),
  restarts: ([restarts = []]) => ({ kind: 'restarts', restarts }),
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
