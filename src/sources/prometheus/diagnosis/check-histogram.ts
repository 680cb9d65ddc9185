import type { Finding } from '../../../judge/ports/diagnosis.ts'
import type { LatencyPolicy } from '../../../engine/model/policy.ts'
import { readBound } from '../histograms/bucket-bounds.ts'
import { type LatencyQueries } from '../queries/metric-queries.ts'
import type { Series } from '../client/query-result.ts'
import { missing, type PreparedMetric } from './prepared-metric.ts'

/** The default bounds of clients grow by 2 to 2.5. */
const COARSE = 2.6
const LEAST_REQUESTS = 20

/** Whether the bounds of stable's buckets let the quantile and the limit be seen. */
export async function checkHistogram(
  one: PreparedMetric,
  metric: LatencyPolicy,
  queries: LatencyQueries,
): Promise<readonly Finding[]> {
  const shape = queries.shape('classic', 'lifetime')
  const { series } = await one.client.instant(shape, one.span.end, one.signal)
  return boundFindings(one, metric, readBuckets(series), queries.unitsPerSecond)
}

interface Bucket {
  readonly bound: number
  /** Requests up to the bound. */
  readonly count: number
}

function readBuckets(series: readonly Series[]): readonly Bucket[] {
  return series
    .flatMap(({ labels, values }) => {
      const bound = readBound(labels['le'])
      const count = values[0]
      return bound === undefined || count === undefined ? [] : [{ bound, count }]
    })
    .toSorted((a, b) => a.bound - b.bound)
}

function boundFindings(
  one: PreparedMetric,
  { quantile, limit, unit }: LatencyPolicy,
  buckets: readonly Bucket[],
  unitsPerSecond: number,
): readonly Finding[] {
  const finite = buckets.filter(({ bound }) => Number.isFinite(bound))
  const total = buckets.at(-1)?.count ?? 0
  const [first] = finite
  const last = finite.at(-1)
  if (first === undefined || last === undefined) return []
  const shown = (bound: number): string => `${bound / unitsPerSecond} s`
  const p = `p${Math.round(quantile * 1000) / 10}`
  const findings: Finding[] = []
  if (limit !== undefined && last.bound < limit * unitsPerSecond * (1 - 1e-9)) {
    const text = `the limit of ${limit} s is above the largest bound (${shown(last.bound)}): add a bound there, or nothing beyond it is seen`
    findings.push(missing(one, 'bounds-too-low', text))
  }
  if (unit === 'seconds' && unitsPerSecond === 1 && first.bound >= 1 && finite.length > 1) {
    const text = `its smallest bound is ${first.bound}, which as seconds is slow for a request: set unit: milliseconds if they are`
    findings.push({ level: 'warning', code: 'unit-differs', text })
  }
  if (total < LEAST_REQUESTS) return findings
  const index = finite.findIndex(({ count }) => count >= quantile * total)
  if (index < 0) {
    const text = `${p} of stable is beyond the largest bound (${shown(last.bound)}): add bounds above it`
    return [...findings, missing(one, 'bounds-too-low', text)]
  }
  const high = finite[index]?.bound ?? last.bound
  const low = index === 0 ? 0 : (finite[index - 1]?.bound ?? 0)
  if (low > 0 && high / low <= COARSE) return findings
  const between =
    low > 0 ? `between ${shown(low)} and ${shown(high)}` : `below the smallest bound (${shown(high)})`
  const text = `${p} of stable lies ${between} with no bound nearer: a change within is hardly seen, add bounds there`
  return [...findings, { level: 'warning', code: 'bounds-too-coarse', text }]
}
