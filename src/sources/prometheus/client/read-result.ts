import { plainText } from './plain-text.ts'
import type { NativeBucket, NativeHistogram, QueryResult, Series } from './query-result.ts'
import { SourceError } from './source-error.ts'

/** Reads a successful answer. It keeps ±Inf and warnings, and reads native histograms. */
export function readResult(body: unknown, overTime = false): QueryResult {
  const data = field(body, 'data')
  const result = field(data, 'result')
  const warnings = readWarnings(body)
  if (Array.isArray(data)) return { series: [], warnings, found: readFound(data) }
  const type = field(data, 'resultType')
  // an empty result may have any type
  const isEmpty = Array.isArray(result) && result.length === 0
  if (overTime && type !== 'matrix' && !isEmpty) throw invalid('a matrix')
  switch (type) {
    case 'matrix':
    case 'vector':
      return { series: list(result, 'a list of series').map(readSeries), warnings }
    case 'scalar':
      return { series: [withoutLabels([result])], warnings }
    case 'string':
      return { series: [], warnings }
    default:
      throw invalid('a matrix, vector or scalar')
  }
}

function readFound(data: readonly unknown[]): NonNullable<QueryResult['found']> {
  const texts = data.filter((item) => typeof item === 'string')
  return { texts, labels: data.filter((item) => typeof item !== 'string').map(readLabels) }
}

/** The warnings of an answer, without PromQL's remarks about the query, which do not mean that data are missing. */
function readWarnings(body: unknown): readonly string[] {
  const warnings = field(body, 'warnings') ?? []
  // a cluster of VictoriaMetrics has a mark instead of warnings
  const marked = field(body, 'isPartial') === true ? ['some of its storage nodes did not answer'] : []
  // some servers send a text in place of a list
  const said = typeof warnings === 'string' ? [warnings] : list(warnings, 'a list of warnings')
  return said
    .map((warning) => plainText(String(warning)))
    .filter((text) => text !== '' && !text.startsWith('PromQL info'))
    .concat(marked)
}

function readSeries(raw: unknown): Series {
  const labels = readLabels(field(raw, 'metric'))
  const histograms = field(raw, 'histograms') ?? only(field(raw, 'histogram'))
  if (histograms !== undefined) return { labels, ...readHistograms(histograms) }
  const points = field(raw, 'values') ?? only(field(raw, 'value'))
  return { ...withoutLabels(list(points, 'a list of values')), labels }
}

function only(point: unknown): readonly unknown[] | undefined {
  return point === undefined ? undefined : [point]
}

export function readLabels(metric: unknown): Record<string, string> {
  if (typeof metric !== 'object' || metric === null) throw invalid('labels')
  // a look has thousands of series, so labels that are right are not copied
  if (isLabels(metric)) return metric
  return Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, String(value)]))
}

function isLabels(metric: object): metric is Record<string, string> {
  return Object.values(metric).every((value) => typeof value === 'string')
}

function withoutLabels(points: readonly unknown[]): Series {
  const times: number[] = []
  const values: number[] = []
  for (const point of points) {
    if (!Array.isArray(point)) throw invalid('a pair of time and value')
    times.push(timeAfter(times, point[0]))
    values.push(readNumber(point[1]))
  }
  return { labels: {}, times, values }
}

/** A time in the year 5138. A time of today in milliseconds is larger. */
export const LATEST_SECONDS = 1e11

/** Callers that look samples up by time rely on their order. */
function timeAfter(times: readonly number[], raw: unknown): number {
  const time = readNumber(raw)
  if (!(time >= (times.at(-1) ?? -Infinity))) throw invalid('times that ascend')
  if (time > LATEST_SECONDS) throw invalid('times in seconds')
  return time
}

function readHistograms(raw: unknown): Pick<Series, 'times' | 'values' | 'histograms'> {
  const times: number[] = []
  const histograms: NativeHistogram[] = []
  for (const point of list(raw, 'a list of histograms')) {
    if (!Array.isArray(point)) throw invalid('a pair of time and histogram')
    const buckets = field(point[1], 'buckets')
    times.push(timeAfter(times, point[0]))
    histograms.push({
      count: readNumber(field(point[1], 'count')),
      buckets: buckets === undefined ? [] : list(buckets, 'a list of buckets').map(readBucket),
    })
  }
  return { times, values: [], histograms }
}

/** [boundary rule, left, right, count] */
function readBucket(raw: unknown): NativeBucket {
  if (!Array.isArray(raw) || raw.length !== 4) throw invalid('a bucket of four parts')
  return { low: readNumber(raw[1]), high: readNumber(raw[2]), count: readNumber(raw[3]) }
}

function readNumber(raw: unknown): number {
  if (typeof raw === 'number') return raw
  if (raw === '+Inf' || raw === 'Inf') return Infinity
  if (raw === '-Inf') return -Infinity
  if (typeof raw !== 'string' || raw.trim() === '') throw invalid('a number')
  const value = Number(raw)
  // JavaScript reads 0x10 as a number, which is no number in an answer
  if ((Number.isNaN(value) && raw !== 'NaN') || /^0[box]/i.test(raw)) throw invalid('a number')
  return value
}

function list(raw: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw invalid(what)
  return raw
}

/** The value of a key, where the object may be anything. */
export function field(raw: unknown, key: string): unknown {
  if (typeof raw !== 'object' || raw === null || !Object.hasOwn(raw, key)) return undefined
  const value: unknown = Reflect.get(raw, key)
  return value
}

function invalid(expected: string): SourceError {
  return new SourceError('source-invalid', `Prometheus answered without ${expected}`)
}
