import type { Sample } from '../../../../src/engine/model/recording.ts'
import type { Labels } from '../../../../src/sources/prometheus/arms/arms.ts'
import {
  type CountKind,
  type Counts,
  emptyCounts,
  fetchedCounts,
  partsOf,
} from '../../../../src/sources/prometheus/counting/counts.ts'
import { extendCounts } from '../../../../src/sources/prometheus/counting/extend-counts.ts'
import { armsOf } from '../../../../src/sources/prometheus/arms/presets.ts'
import type { Series } from '../../../../src/sources/prometheus/client/query-result.ts'
import { createReader, mergedSamples } from '../../../../src/sources/recording/samples.ts'

export type Row = readonly Sample[]

export const slicing = { sliceSeconds: 60, start: 0, rolloutStart: 0 }

const subject = { namespace: 'shop', name: 'web', revision: 'ccc', stableRevision: 'bbb', params: {} }
export const arms = armsOf({ preset: 'pods', labels: {} }, subject)

const letters = 'bcdfghjklmnpqrstvwxz'

/** The pods of stable, in the order of their numbers. */
export const podName = (number: number): string =>
  `web-bbb-2${[8000, 400, 20, 1].map((unit) => letters[Math.floor(number / unit) % 20] ?? '').join('')}`

/** A series of a stable pod with these values at the boundaries from 0 on; null = no sample. */
export function series(labels: Labels, values: Row): Series {
  const points = values.flatMap((value, j) => (value === null ? [] : [{ time: 60 * j, value }]))
  return {
    labels: { pod: podName(0), ...labels },
    times: points.map(({ time }) => time),
    values: points.map(({ value }) => value),
  }
}

export interface Asked {
  readonly kind?: CountKind
  readonly bounds?: readonly number[]
  readonly total: readonly Series[]
  readonly part?: readonly Series[]
}

/** The counts of looks that reach these boundaries one after the other. Each look gets the samples that a server has then. */
export function countIn(
  looks: readonly number[],
  { kind = 'events', bounds, total, part = [] }: Asked,
): Counts {
  let counts = emptyCounts(kind, bounds)
  for (const points of looks) {
    const from = Math.max(counts.points - 1, 0)
    const within = (all: readonly Series[]): readonly Series[] => all.flatMap((one) => cut(one, from, points))
    counts = extendCounts(counts, { total: within(total), part: within(part) }, { arms, slicing, points })
  }
  return counts
}

/** Leaves out series without a sample, as a server does. */
function cut({ labels, times, values }: Series, from: number, points: number): readonly Series[] {
  const inside = times.flatMap((time, i) => (time >= 60 * from && time < 60 * points ? [i] : []))
  if (inside.length === 0) return []
  return [{ labels, times: inside.map((i) => times[i] ?? 0), values: inside.map((i) => values[i] ?? 0) }]
}

/** The counts of the first slices, row by row; of buckets only those above these bounds. */
export function readCounts(counts: Counts, slices: number, bounds = counts.bounds) {
  const fetched = fetchedCounts(counts, slices)
  const nothing = Array.from({ length: fetched.slices }, () => null)
  return fetched.rows.map((row) => {
    const samples = (offset: number): Row =>
      mergedSamples(createReader(fetched), [row], nothing, { offset, from: () => 0, mean: false })
    return { arm: row.arm, pod: row.pod, total: samples(0), parts: partsOf(counts, bounds).map(samples) }
  })
}
