import { evaluate, selectSeries, type Evaluation } from './evaluate.ts'
import type { Range } from './expression.ts'
import { parseExpression, parseMatchers } from './parse-expression.ts'
import { QueryError } from './query-error.ts'
import { rangeSteps, timeParam } from './read-params.ts'
import { compareLabels, countUntil, type SimulatedSeries } from './simulated-series.ts'
import { writeInstant, writeLabels, writeMatrix, writeSamples } from './write-value.ts'

export interface Answer {
  readonly status: number
  readonly body: string
}

/** The state of the simulated server at a request. */
export interface Held extends Omit<Evaluation, 'steps'> {
  readonly series: readonly SimulatedSeries[]
  readonly version: string
  readonly latencyMs: number
}

/** Answers one request of the query API; undefined for an unknown path. */
export function answerCall(path: string, params: URLSearchParams, held: Held): Answer | undefined {
  const answer = routeOf(path)
  if (answer === undefined) return undefined
  try {
    return { status: 200, body: `{"status":"success","data":${answer(params, held)}}` }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const { errorType, message } = error
    const body = JSON.stringify({ status: 'error', errorType, error: message })
    return { status: errorType === 'bad_data' ? 400 : 422, body }
  }
}

type Route = (params: URLSearchParams, held: Held) => string

function routeOf(path: string): Route | undefined {
  const label = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(path)?.[1]
  return label === undefined ? routes[path] : (params, held) => labelValues(label, params, held)
}

const routes: Readonly<Record<string, Route>> = {
  '/api/v1/query': query,
  '/api/v1/query_range': queryRange,
  '/api/v1/series': (params, held) => {
    if (params.getAll('match[]').length === 0) {
      throw new QueryError('bad_data', 'no match[] parameter provided')
    }
    const labels = found(params, held).map((series) => series.labels)
    return `[${labels.toSorted(compareLabels).map(writeLabels).join(',')}]`
  },
  '/api/v1/labels': (params, held) =>
    JSON.stringify(unique(found(params, held).flatMap(({ labels }) => Object.keys(labels)))),
  '/api/v1/status/buildinfo': (_, { version }) =>
    JSON.stringify({ version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
}

function query(params: URLSearchParams, held: Held): string {
  const asked = timeParam(params, 'time', held.now)
  const at = Math.abs(held.now - asked) < held.latencyMs ? held.now - held.latencyMs : asked
  const expression = parseExpression(params.get('query') ?? '')
  if (expression.kind === 'range') return writeSamples(samplesIn(expression, at, held))
  const steps = { start: at, every: 1, count: 1 }
  const value = evaluate(expression, { ...held, steps })
  return writeInstant(value, at)
}

function queryRange(params: URLSearchParams, held: Held): string {
  const steps = rangeSteps(params)
  const expression = parseExpression(params.get('query') ?? '')
  return writeMatrix(evaluate(expression, { ...held, steps }), steps)
}

function samplesIn({ matchers, rangeMs, offsetMs }: Range, time: number, held: Held) {
  const at = time - offsetMs
  return selectSeries(matchers, held)
    .map((series) => {
      const start = at - rangeMs
      const from = countUntil(series.times, held.leftOpen ? start : start - 1)
      return { labels: series.labels, series, from, end: countUntil(series.times, Math.min(at, held.now)) }
    })
    .filter(({ from, end }) => end > from)
}

function labelValues(label: string, params: URLSearchParams, held: Held): string {
  const values = found(params, held).map(({ labels }) => labels[label] ?? '')
  return JSON.stringify(unique(values.filter((value) => value !== '')))
}

/** The series with a sample between `start` and `end` that any `match[]` selects; without `match[]` all of them. */
function found(params: URLSearchParams, held: Held): readonly SimulatedSeries[] {
  const start = timeParam(params, 'start', -Infinity)
  const end = Math.min(timeParam(params, 'end', Infinity), held.now)
  const selections = params.getAll('match[]').map((text) => selectSeries(parseMatchers(text), held))
  const all = selections.length === 0 ? held.series : [...new Set(selections.flat())]
  return all.filter(({ times }) => countUntil(times, end) > countUntil(times, start - 1))
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}
