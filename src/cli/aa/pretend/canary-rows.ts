import type { LatencyData, MetricData, PodSeries, Sample } from '../../../engine/model/recording.ts'
import { type Random, split } from '../../../simulate/random.ts'
import { sampleBinomial } from '../../../simulate/sample-binomial.ts'
import type { FailureRates } from './failure-rates.ts'
import { failMore, slowDown } from './harm.ts'

/** What happens to the requests of one pretended canary pod. */
export interface CanaryPod {
  /** Row of the pod in the block. */
  readonly row: number
  readonly random: Random
  /** The share of its requests that it keeps in a slice; undefined = it is not there yet. */
  readonly keeps: (slice: number) => number | undefined
}

/** What a release does to the counts of its canary. */
export interface Injected {
  readonly errors?: { readonly times: number; readonly rates: ReadonlyMap<string, FailureRates> }
  readonly latency?: { readonly chances: ReadonlyMap<string, readonly (readonly number[])[]> }
  /** The share of conversions that stays. */
  readonly conversion?: number
}

type Row = readonly Sample[]

/** The data of a pod as a canary, in one row: its requests are thinned by chance to its weight, and then harmed. */
export function canaryData(
  name: string,
  data: MetricData,
  { row, random, keeps }: CanaryPod,
  { from, to }: { readonly from: number; readonly to: number },
  injected: Injected,
): MetricData {
  const own = split(random, name)
  // a stream of its own, so that what happens in a slice never depends on how many slices follow
  const harm = split(own, 'harm')
  const each: Each = (make) =>
    Array.from({ length: to - from }, (_, i) => {
      const keep = keeps(from + i)
      return keep === undefined ? null : make(from + i, keep)
    })
  switch (data.kind) {
    case 'errors': {
      const { part: bad, total } = thinned(each, own, data.total[row], data.bad[row])
      const { errors } = injected
      const rates = errors?.rates.get(name)?.[row]
      if (errors === undefined || rates === undefined) return { kind: 'errors', bad: [bad], total: [total] }
      const failing = bad.map((count, i) => {
        const unfailed = (total[i] ?? 0) - (count ?? 0)
        return count === null ? null : count + failMore(harm, unfailed, rates[from + i] ?? 0, errors.times)
      })
      return { kind: 'errors', bad: [failing], total: [total] }
    }
    case 'conversion': {
      const { part: good, total } = thinned(each, own, data.total[row], data.good[row])
      const { conversion = 1 } = injected
      const lost = good.map((count) => (count === null ? null : thin(harm, count, conversion)))
      return { kind: 'conversion', good: [lost], total: [total] }
    }
    case 'latency':
      return latencyData(each, own, data, row, injected.latency?.chances.get(name))
    case 'gauge':
    case 'series':
      return { kind: data.kind, value: [each((slice) => data.value[row]?.[slice] ?? null)] }
    case 'restarts':
      return { kind: 'restarts', restarts: [each((slice) => data.restarts[row]?.[slice] ?? null)] }
    default:
      return data satisfies never
  }
}

type Each = <T>(make: (slice: number, keep: number) => T) => readonly (T | null)[]

/** Both parts of the total, each thinned by itself. */
function thinned(
  each: Each,
  random: Random,
  total: PodSeries | undefined,
  part: PodSeries | undefined,
): { readonly part: Row; readonly total: Row } {
  const cells = each((slice, keep) => {
    const all = total?.[slice] ?? null
    if (all === null) return null
    const some = Math.min(part?.[slice] ?? 0, all)
    const kept = thin(random, some, keep)
    return { some: kept, all: kept + thin(random, all - some, keep) }
  })
  return { part: cells.map((cell) => cell?.some ?? null), total: cells.map((cell) => cell?.all ?? null) }
}

function latencyData(
  each: Each,
  random: Random,
  { bounds, above, total }: LatencyData,
  row: number,
  chances: readonly (readonly number[])[] | undefined,
): LatencyData {
  const cells = each((slice, keep) => {
    const all = total[row]?.[slice] ?? null
    if (all === null) return null
    const slower = [all, ...bounds.map((_, b) => above[row]?.[b]?.[slice] ?? 0), 0]
    const buckets = slower
      .slice(1)
      .map((count, b) => thin(random, Math.max((slower[b] ?? 0) - count, 0), keep))
    const requests = buckets.reduce((sum, count) => sum + count, 0)
    const unharmed = bounds.map((_, b) => buckets.slice(b + 1).reduce((sum, count) => sum + count, 0))
    return { requests, above: chances === undefined ? unharmed : slowDown(random, buckets, chances) }
  })
  return {
    kind: 'latency',
    bounds,
    above: [bounds.map((_, b) => cells.map((cell) => cell?.above[b] ?? null))],
    total: [cells.map((cell) => cell?.requests ?? null)],
  }
}

/** A count that is no count stays: the engine names it. */
function thin(random: Random, count: number, keep: number): number {
  if (keep >= 1 || !Number.isFinite(count) || count < 0) return count
  return sampleBinomial(random, Math.round(count), keep)
}
