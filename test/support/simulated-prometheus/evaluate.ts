import type { Expression, Operator, Range, Selector } from './expression.ts'
import { matchesAll, type Matcher } from './matcher.ts'
import { aggregateRows, largestRows } from './aggregate-rows.ts'
import { overTime } from './over-time.ts'
import { QueryError } from './query-error.ts'
import { countUntil, labelKey, numberAt, type Labels, type SimulatedSeries } from './simulated-series.ts'

/** The moments at which an expression is evaluated: one for an instant query. Milliseconds. */
export interface Steps {
  readonly start: number
  readonly every: number
  readonly count: number
}

/** One series of a result; where `present` is 0 it has no value at that step. */
export interface Row {
  readonly labels: Labels
  readonly values: Float64Array
  readonly present: Uint8Array
}

export type Value =
  | { readonly kind: 'scalar'; readonly values: Float64Array }
  | { readonly kind: 'vector'; readonly rows: readonly Row[] }

export interface Evaluation {
  /** The series that could match, by metric name if the matchers have one. */
  readonly candidates: (matchers: readonly Matcher[]) => readonly SimulatedSeries[]
  readonly steps: Steps
  /** Samples after this moment have not been scraped yet. */
  readonly now: number
  readonly lookbackMs: number
  /** Whether ranges and lookback leave out their start, as Prometheus does since version 3. */
  readonly leftOpen: boolean
}

/** Evaluates at all steps at once, series by series. */
export function evaluate(expression: Expression, evaluation: Evaluation): Value {
  const { steps } = evaluation
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(steps.count).fill(expression.value) }
    case 'time':
      return { kind: 'scalar', values: times(steps).map((at) => at / 1000) }
    case 'selector':
      return { kind: 'vector', rows: selectRows(expression, evaluation, false) }
    case 'timestamp':
      return { kind: 'vector', rows: nameless(selectRows(expression.of, evaluation, true)) }
    case 'over-time': {
      const rows = overTimeRows(expression.name, expression.of, evaluation)
      return { kind: 'vector', rows: expression.name === 'last_over_time' ? rows : nameless(rows) }
    }
    case 'aggregate': {
      const of = evaluate(expression.of, evaluation)
      return { kind: 'vector', rows: aggregateRows(rowsIn(of), expression, steps.count) }
    }
    case 'topk': {
      const of = evaluate(expression.of, evaluation)
      return { kind: 'vector', rows: largestRows(rowsIn(of), expression.count, steps.count) }
    }
    case 'arithmetic': {
      const left = evaluate(expression.left, evaluation)
      return calculate(expression.operator, left, evaluate(expression.right, evaluation))
    }
    case 'range':
      throw new QueryError('bad_data', 'invalid expression type "range vector" for range query')
    default:
      return expression satisfies never
  }
}

/** The series that matchers select, whatever their samples. */
export function selectSeries(
  matchers: readonly Matcher[],
  { candidates }: Pick<Evaluation, 'candidates'>,
): readonly SimulatedSeries[] {
  return candidates(matchers).filter(({ labels }) => matchesAll(matchers, labels))
}

function times({ start, every, count }: Steps): Float64Array {
  return Float64Array.from({ length: count }, (_, step) => start + step * every)
}

function selectRows(selector: Selector, evaluation: Evaluation, ofTimes: boolean): readonly Row[] {
  return rowsOf(selector, evaluation, (series, at, end) => {
    if (end === 0) return undefined
    const time = numberAt(series.times, end - 1)
    if (goneAt(series, time, Math.min(at, evaluation.now))) return undefined
    const age = at - time
    const { lookbackMs } = evaluation
    if (evaluation.leftOpen ? age >= lookbackMs : age > lookbackMs) return undefined
    return ofTimes ? time / 1000 : series.values[end - 1]
  })
}

function overTimeRows(
  name: Parameters<typeof overTime>[0],
  range: Range,
  evaluation: Evaluation,
): readonly Row[] {
  return rowsOf(range, evaluation, ({ times: moments, values }, at, end) => {
    const start = at - range.rangeMs
    let from = end
    while (from > 0 && startsBy(numberAt(moments, from - 1), start, evaluation.leftOpen)) from--
    return from === end ? undefined : overTime(name, { times: moments, values, from, end, start, at })
  })
}

function startsBy(time: number, start: number, leftOpen: boolean): boolean {
  return leftOpen ? time > start : time >= start
}

/** Calls `read` with each moment, offset included, and the number of samples up to it. */
function rowsOf(
  of: Selector | Range,
  evaluation: Evaluation,
  read: (series: SimulatedSeries, at: number, end: number) => number | undefined,
): readonly Row[] {
  const { steps, now } = evaluation
  const rows: Row[] = []
  for (const series of selectSeries(of.matchers, evaluation)) {
    const values = new Float64Array(steps.count)
    const present = new Uint8Array(steps.count)
    const known = countUntil(series.times, now)
    let end = Math.min(known, countUntil(series.times, steps.start - of.offsetMs))
    let found = false
    for (let step = 0; step < steps.count; step++) {
      const at = steps.start + step * steps.every - of.offsetMs
      while (end < known && numberAt(series.times, end) <= at) end++
      const value = read(series, at, end)
      if (value === undefined) continue
      values[step] = value
      present[step] = 1
      found = true
    }
    if (found) rows.push({ labels: series.labels, values, present })
  }
  return rows
}

function goneAt({ staleAt }: SimulatedSeries, sampleAt: number, at: number): boolean {
  return staleAt !== undefined && staleAt.some((stale) => stale > sampleAt && stale <= at)
}

function calculate(operator: Operator, left: Value, right: Value): Value {
  const apply = arithmetic[operator]
  if (right.kind === 'scalar') {
    const change = (value: number, step: number): number => apply(value, numberAt(right.values, step))
    return left.kind === 'scalar'
      ? { kind: 'scalar', values: left.values.map(change) }
      : mapRows(left.rows, change)
  }
  if (left.kind === 'scalar') {
    return mapRows(right.rows, (value, step) => apply(numberAt(left.values, step), value))
  }
  throw new QueryError('execution', 'two vectors cannot be matched')
}

function rowsIn(value: Value): readonly Row[] {
  if (value.kind === 'vector') return value.rows
  throw new QueryError('execution', 'expected a vector')
}

function mapRows(rows: readonly Row[], change: (value: number, step: number) => number): Value {
  return { kind: 'vector', rows: nameless(rows.map((row) => ({ ...row, values: row.values.map(change) }))) }
}

const arithmetic: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/** Removes the metric's name, which is wrong after a calculation. Two series that differ only in the name are an error. */
function nameless(rows: readonly Row[]): readonly Row[] {
  const seen = new Set<string>()
  return rows.map((row) => {
    const named = Object.entries(row.labels).filter(([name]) => name !== '__name__')
    const labels = Object.fromEntries(named)
    const key = labelKey(labels)
    if (seen.has(key)) {
      throw new QueryError('execution', 'vector cannot contain metrics with the same labelset')
    }
    seen.add(key)
    return { ...row, labels }
  })
}
