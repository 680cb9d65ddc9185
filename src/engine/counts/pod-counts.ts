import { makeRows } from './make-rows.ts'
import type {
  Arm,
  ConversionData,
  ErrorsData,
  LatencyData,
  Pod,
  RestartsData,
  Sample,
} from '../model/recording.ts'

/** The events and requests of one pod in every slice of the recording; requests 0 = no traffic or no sample. */
export interface PodCounts {
  readonly name: string
  readonly arm: Arm
  readonly aggregate: boolean
  readonly events: Float64Array
  readonly requests: Float64Array
  /** 1 in every slice with a sample, traffic or not. */
  readonly sampled: Float64Array
}

/** Samples that are no possible values. They are left out and reported, never replaced by a guess. */
export interface BadSamples {
  notFinite: number
  negative: number
  aboveTotal: number
  notWhole: number
  tooLarge: number
  /** Of a gauge that is compared on a logarithmic scale. */
  notPositive: number
}

export function noBadSamples(): BadSamples {
  return { notFinite: 0, negative: 0, aboveTotal: 0, notWhole: 0, tooLarge: 0, notPositive: 0 }
}

/** No service counts this much in a slice, and the squares of larger counts would not fit into a number. */
export const LARGEST_COUNT = 1e15
/** Smaller counts are rounding errors of an interpolation and count as 0. */
const LEAST_COUNT = 1e-9

export interface CountTable {
  readonly pods: readonly PodCounts[]
  readonly bad: BadSamples
}

type Row = readonly Sample[] | null | undefined

export function errorCounts(data: ErrorsData, pods: readonly Pod[]): CountTable {
  return countTable(pods, data.total, (pod) => data.bad[pod])
}

export function conversionCounts(data: ConversionData, pods: readonly Pod[]): CountTable {
  return countTable(pods, data.total, (pod) => data.good[pod])
}

/** The requests that were slower than the bound with this index. */
export function latencyCounts(data: LatencyData, pods: readonly Pod[], bound: number): CountTable {
  return countTable(pods, data.total, (pod) => data.above[pod]?.[bound])
}

/** Counts the slices in which a pod restarted, however often: several restarts in one slice have one cause. */
export function restartCounts(data: RestartsData, pods: readonly Pod[]): CountTable {
  const there = data.restarts.map(
    (row) => row && row.map((sample) => sample && (Number.isFinite(sample) ? 1 : sample)),
  )
  return countTable(
    pods,
    data.restarts.map((row) => row && row.map((sample) => (sample === null ? null : 1))),
    (pod) => there[pod],
  )
}

function countTable(
  pods: readonly Pod[],
  totals: readonly Row[],
  eventsOf: (pod: number) => Row,
): CountTable {
  const bad = noBadSamples()
  const tables: PodCounts[] = []
  const slices = totals.find((total) => total)?.length ?? 0
  const nextRow = makeRows(3 * pods.length, slices)
  pods.forEach((pod, index) => {
    const total = totals[index]
    if (total) tables.push(podCounts(pod, total, eventsOf(index), { bad, nextRow }))
  })
  return { pods: tables, bad }
}

function podCounts(
  pod: Pod,
  total: readonly Sample[],
  event: Row,
  { bad, nextRow }: { readonly bad: BadSamples; readonly nextRow: () => Float64Array },
): PodCounts {
  const events = nextRow()
  const requests = nextRow()
  const sampled = nextRow()
  for (let k = 0; k < total.length; k++) {
    const n = total[k]
    if (n === null || n === undefined) continue
    // where the total has a sample, a missing series of events means that none has happened yet
    const x = event?.[k] ?? 0
    // nearly all counts are whole, which is quicker to find out than all that may be wrong
    const whole = Number.isInteger(x) && Number.isInteger(n) && x >= 0 && x <= n && n <= LARGEST_COUNT
    if (!whole && !isUsable(x, n, bad)) continue
    sampled[k] = 1
    events[k] = x < LEAST_COUNT ? 0 : x
    requests[k] = n < LEAST_COUNT ? 0 : n
  }
  const { name, arm, aggregate = false } = pod
  return { name, arm, aggregate, events, requests, sampled }
}

function isUsable(x: number, n: number, bad: BadSamples): boolean {
  if (!Number.isFinite(x) || !Number.isFinite(n)) bad.notFinite++
  else if (x < 0 || n < 0) bad.negative++
  else if (x > n) bad.aboveTotal++
  else if (n > LARGEST_COUNT) bad.tooLarge++
  else {
    if (!Number.isInteger(x) || !Number.isInteger(n)) bad.notWhole++
    return true
  }
  return false
}
