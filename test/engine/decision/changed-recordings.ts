import type { MetricData, Recording, Sample } from '../../../src/engine/model/recording.ts'

type Rows = readonly (readonly Sample[] | null)[]

/** The recording with its pods in reverse order. */
export function reversed(recording: Recording): Recording {
  const back = <T>(rows: readonly T[]): readonly T[] => rows.toReversed()
  return { ...withRows(recording, back, back), pods: back(recording.pods) }
}

/**
 * The recording with this many more slices in its last step. In these every pod has as many requests as in the slice
 * before, and canary pods have exactly stable's share of bad ones.
 */
export function continuedAlike(recording: Recording, slices: number): Recording {
  const { pods } = recording
  const longer = (row: readonly Sample[], value: Sample): readonly Sample[] => [
    ...row,
    ...Array.from({ length: slices }, () => value),
  ]
  const lasting = (rows: Rows): Rows => rows.map((row) => row && longer(row, row.at(-1) ?? null))
  const alike = (events: Rows, of: Rows): Rows => {
    const sum = (rows: Rows): number =>
      rows.reduce((all, row, j) => all + (pods[j]?.arm === 'stable' ? (row?.at(-1) ?? 0) : 0), 0)
    const share = sum(of) > 0 ? sum(events) / sum(of) : 0
    return events.map((row, j) => {
      const requests = of[j]?.at(-1) ?? null
      const own = pods[j]?.arm === 'stable' ? (row?.at(-1) ?? null) : requests && requests * share
      return row && longer(row, own)
    })
  }
  return { ...withRows(recording, lasting, alike), slices: recording.slices + slices }
}

/** `of` changes the requests, and `part` the counted part of them. */
function withRows(
  recording: Recording,
  of: (rows: Rows) => Rows,
  part: (events: Rows, of: Rows) => Rows,
): Recording {
  const change = (data: MetricData): MetricData => {
    switch (data.kind) {
      case 'errors':
        return { ...data, bad: part(data.bad, data.total), total: of(data.total) }
      case 'conversion':
        return { ...data, good: part(data.good, data.total), total: of(data.total) }
      case 'latency': {
        const byBound = data.bounds.map((_, b) =>
          part(
            data.above.map((rows) => rows?.[b] ?? null),
            data.total,
          ),
        )
        const above = of(data.total).map((_, j) => byBound.map((rows) => rows[j] ?? []))
        return { ...data, above, total: of(data.total) }
      }
      case 'gauge':
      case 'restarts':
      case 'series':
        throw new Error(`expected counts of requests, got ${data.kind}`)
      default:
        return data satisfies never
    }
  }
  const changed = Object.entries(recording.metrics).map(([name, data]) => [name, change(data)] as const)
  return { ...recording, metrics: Object.fromEntries(changed) }
}
