import type { CanaryStartRequest } from '../ports.ts'
import { fetchRange } from './fetch-range.ts'
import type { Asked } from './look.ts'

const STEP_SECONDS = 60
/** A canary that has been there for longer counts from here. */
const LOOKBACK_SECONDS = 6 * 3600

/** See MetricSource: the slice in which the canary's series came, in milliseconds. */
export async function canaryStart(
  asked: readonly Asked[],
  { until, quietMs }: Pick<CanaryStartRequest, 'until' | 'quietMs'>,
): Promise<number | undefined> {
  const one = mostTelling(asked)
  if (one === undefined) return undefined
  const { client, queries, arms, signal } = one
  const series = queries.kind === 'gauge' ? queries.query : queries.scraped
  const query = `count by (${arms.armLabels.join(', ')}) (${series})`
  const end = Math.floor(until / 1000 / STEP_SECONDS) * STEP_SECONDS
  const window = { start: end - LOOKBACK_SECONDS, end, stepSeconds: STEP_SECONDS }
  const found = await fetchRange(client, query, window, signal)
  const canary = found.series.filter(({ labels }) => arms.armOf(labels) === 'canary')
  const times = new Set(canary.flatMap((row) => row.times))
  return startOfLast([...times], { end, quietSeconds: quietMs / 1000 })
}

/** Requests are there as soon as a pod is; gauges may come of something else. */
function mostTelling(asked: readonly Asked[]): Asked | undefined {
  const order = ['errors', 'latency', 'conversion', 'gauge'] as const
  const kinds = order.map((kind) => asked.find(({ metric }) => metric.kind === kind))
  return kinds.find((one) => one !== undefined)
}

/** Milliseconds of the step before the first of the last times that follow each other without a long pause. */
function startOfLast(
  times: readonly number[],
  { end, quietSeconds }: { readonly end: number; readonly quietSeconds: number },
): number | undefined {
  let start = end
  let found = false
  for (const time of times.toSorted((a, b) => b - a)) {
    if (start - time >= quietSeconds) break
    start = time
    found = true
  }
  return found ? (start - STEP_SECONDS) * 1000 : undefined
}
