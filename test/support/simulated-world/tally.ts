import type { LatencyData, Recording, Sample } from '../../../src/engine/model/recording.ts'
import { extended, type Timeline } from './timeline.ts'

/** The requests of one status in each slice of the timeline, and how many were slower than each bound. */
export interface Tally {
  readonly requests: readonly Sample[]
  /** `[bound][slice]` */
  readonly slower: readonly (readonly Sample[])[]
}

/** The requests of one pod, or of one arm as a gateway counts them. */
export interface Deeds {
  readonly ok: Tally
  readonly bad: Tally
  readonly checkouts?: readonly Sample[]
  readonly orders?: readonly Sample[]
  readonly memory?: readonly Sample[]
}

/** The first metric of each kind, for one row of the recording. Failed requests count as the fastest. */
export function deedsOf(recording: Recording, row: number, timeline: Timeline): Deeds {
  const metrics = Object.values(recording.metrics)
  const blank = Array.from({ length: recording.slices }, () => null)
  const on = (samples: readonly Sample[] | null | undefined) => extended(samples ?? blank, timeline)
  const errors = metrics.find((metric) => metric.kind === 'errors')
  const latency = metrics.find((metric) => metric.kind === 'latency')
  const conversion = metrics.find((metric) => metric.kind === 'conversion')
  const gauge = metrics.find((metric) => metric.kind === 'gauge')
  const requests = on((errors ?? latency)?.total[row])
  const failed = errors === undefined ? requests.map((count) => count && 0) : on(errors.bad[row])
  const slower = latency?.bounds.map((_, bound) => on(latency.above[row]?.[bound])) ?? []
  return {
    ...byStatus({ requests, slower }, failed),
    ...(conversion === undefined
      ? {}
      : { checkouts: on(conversion.total[row]), orders: on(conversion.good[row]) }),
    ...(gauge === undefined ? {} : { memory: on(gauge.value[row]) }),
  }
}

export function boundsOf(recording: Recording): LatencyData['bounds'] {
  return Object.values(recording.metrics).find((metric) => metric.kind === 'latency')?.bounds ?? []
}

/** The requests of both statuses together. */
export function together({ ok, bad }: Deeds): Tally {
  return {
    requests: sum([ok.requests, bad.requests]),
    slower: ok.slower.map((row, bound) => sum([row, bad.slower[bound] ?? []])),
  }
}

/** The part of these pods' requests that goes through one of several gateways. */
export function throughGateway(
  deeds: readonly Deeds[],
  gateway: number,
  gateways: number,
): Pick<Deeds, 'ok' | 'bad'> {
  const part = (rows: readonly (readonly Sample[])[]): readonly Sample[] =>
    sum(rows).map((count) => count && Math.floor((count + gateways - 1 - gateway) / gateways))
  const slower = (status: 'ok' | 'bad') =>
    (deeds[0]?.[status].slower ?? []).map((_, bound) => deeds.map((one) => one[status].slower[bound] ?? []))
  const tally = (status: 'ok' | 'bad'): Tally => ({
    requests: part(deeds.map((one) => one[status].requests)),
    slower: slower(status).map(part),
  })
  return { ok: tally('ok'), bad: tally('bad') }
}

function byStatus({ requests, slower }: Tally, failed: readonly Sample[]): Pick<Deeds, 'ok' | 'bad'> {
  const failedSlower = slower.map((row) =>
    row.map((count, slice) => count && Math.max(0, (failed[slice] ?? 0) - ((requests[slice] ?? 0) - count))),
  )
  return {
    bad: { requests: requests.map((count, slice) => count && (failed[slice] ?? 0)), slower: failedSlower },
    ok: {
      requests: less(requests, failed),
      slower: slower.map((row, bound) => less(row, failedSlower[bound] ?? [])),
    },
  }
}

function less(row: readonly Sample[], other: readonly Sample[]): readonly Sample[] {
  return row.map((count, slice) => count && count - (other[slice] ?? 0))
}

/** Null only when all rows are null. */
function sum(rows: readonly (readonly Sample[])[]): readonly Sample[] {
  const [first = []] = rows
  return first.map((_, slice) =>
    rows.reduce<Sample>((whole, row) => {
      const count = row[slice] ?? null
      return count === null ? whole : (whole ?? 0) + count
    }, null),
  )
}
