import { toMilliseconds } from './literals.ts'
import { QueryError } from './query-error.ts'
import type { Steps } from './evaluate.ts'

const maxSteps = 11_000

/** The moments of a range query. The errors have the words of Prometheus. */
export function rangeSteps(params: URLSearchParams): Steps {
  const start = timeParam(params, 'start')
  const end = timeParam(params, 'end')
  if (end < start) throw invalid('end', 'end timestamp must not be before start time')
  const every = stepMs(params.get('step') ?? '')
  if (every <= 0) {
    const advice = 'zero or negative query resolution step widths are not accepted. Try a positive integer'
    throw invalid('step', advice)
  }
  const count = Math.floor((end - start) / every) + 1
  if (count > maxSteps + 1) {
    throw new QueryError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  }
  return { start, every, count }
}

/** Milliseconds; the fallback when the parameter is missing. */
export function timeParam(params: URLSearchParams, name: string, fallback?: number): number {
  const text = params.get(name) ?? ''
  if (text === '' && fallback !== undefined) return fallback
  const seconds = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
  if (seconds !== undefined) return Math.round(seconds * 1000)
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(at)) throw invalid(name, `cannot parse "${text}" to a valid timestamp`)
  return at
}

function stepMs(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Math.round(Number(text) * 1000)
  try {
    if (text !== '') return toMilliseconds(text)
  } catch {
    // the error is thrown below
  }
  throw invalid('step', `cannot parse "${text}" to a valid duration`)
}

function invalid(name: string, why: string): QueryError {
  return new QueryError('bad_data', `invalid parameter "${name}": ${why}`)
}
