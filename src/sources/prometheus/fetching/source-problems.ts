import type { SourceProblem } from '../../../engine/model/recording.ts'
import type { MetricRequest } from './metric-request.ts'
import type { ScrapeInterval } from '../discovery/scrape-interval.ts'
import { rounded } from '../discovery/server-times.ts'
import type { Slicing } from '../../recording/slicing.ts'
import type { SourceError } from '../client/source-error.ts'

export function failed({ metric }: MetricRequest, error: SourceError): SourceProblem {
  return { code: error.kind, metric: metric.name, text: `${metric.name}: ${error.message}` }
}

/** Refuses a metric that is scraped less than once a slice, and warns below two scrapes a slice. */
export function coarse(
  { metric }: MetricRequest,
  interval: ScrapeInterval | undefined,
  { sliceSeconds }: Slicing,
): { readonly refused: boolean; readonly problem: SourceProblem } | undefined {
  if (interval === undefined || !interval.sure || 2 * interval.seconds <= sliceSeconds) return undefined
  const refused = interval.seconds > sliceSeconds
  const is = `${metric.name}: scraped every ${rounded(interval.seconds)} s, the slice is ${sliceSeconds} s`
  const advice = refused ? 'set a slice of at least' : 'better is a slice of'
  const text = `${is}; ${advice} ${Math.ceil((refused ? 1 : 2) * interval.seconds)} s`
  return { refused, problem: { code: 'coarse-scrape', metric: metric.name, text } }
}

/** Sorts the problems in the order of the policy's metrics. Those that concern all metrics come last. */
export function inOrder(
  problems: readonly SourceProblem[],
  asked: readonly MetricRequest[],
): readonly SourceProblem[] {
  const places = new Map(asked.map(({ metric }, place) => [metric.name, place]))
  const placeOf = ({ metric }: SourceProblem): number => places.get(metric ?? '') ?? asked.length
  return problems.toSorted((a, b) => placeOf(a) - placeOf(b))
}
