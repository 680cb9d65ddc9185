import type { Series } from './query-result.ts'
import { LATEST_SECONDS, readLabels } from './read-result.ts'

export interface Matrix {
  readonly series: readonly Series[]
  /** The same answer without its series, as JSON. */
  readonly frame: string
}

/**
 * Reads the series of an answer over time from its bytes, because JSON.parse makes an array and a text of each sample.
 * Undefined where the answer differs in anything from how Prometheus and VictoriaMetrics write it: then it must be read
 * as JSON.
 */
export function readMatrix(body: Buffer): Matrix | undefined {
  const begin = head.exec(body.toString('latin1', 0, longestHead))?.[0].length
  if (begin === undefined) return undefined
  const cursor: Cursor = { body, at: begin, times: [] }
  const rows: Row[] = []
  do {
    const row = readRow(cursor)
    if (row === undefined) return undefined
    rows.push(row)
  } while (take(cursor, comma))
  const labels = labelsOf(rows)
  const rest = body.toString('utf8', cursor.at)
  // of a key that comes twice the last one counts
  const repeats = /"(?:status|data|resultType|result)"/.test(rest)
  if (labels === undefined || repeats || !rest.startsWith(']')) return undefined
  return {
    series: rows.map(({ times, values }, i) => ({ labels: labels[i] ?? {}, times, values })),
    frame: body.toString('latin1', 0, begin) + rest,
  }
}

const head =
  /^\{"status":"success",(?:"isPartial":(?:true|false),)?"data":\{"resultType":"matrix","result":\[/
const longestHead = 100

interface Cursor {
  readonly body: Buffer
  at: number
  /** Those of the row before. Nearly all rows have the same ones, and share the array. */
  times: readonly number[]
}

interface Row extends Pick<Series, 'times' | 'values'> {
  /** JSON. */
  readonly labels: string
}

const beforeLabels = Buffer.from('{"metric":')
const beforePoints = Buffer.from(',"values":[')
const [quote = 0, comma = 0, dot = 0, zero = 0, nine = 0, open = 0, close = 0, brace = 0] =
  Buffer.from('",.09[]}')

function readRow(cursor: Cursor): Row | undefined {
  const labels = readLabelText(cursor)
  if (labels === undefined) return undefined
  const times: number[] = []
  const values: number[] = []
  do {
    const time = take(cursor, open) ? readTime(cursor) : undefined
    const value = take(cursor, comma) && take(cursor, quote) ? readValue(cursor) : undefined
    if (time === undefined || value === undefined || !take(cursor, close)) return undefined
    if (time < (times.at(-1) ?? 0)) return undefined
    times.push(time)
    values.push(value)
  } while (take(cursor, comma))
  if (!take(cursor, close) || !take(cursor, brace)) return undefined
  if (!isSame(times, cursor.times)) cursor.times = times
  return { labels, times: cursor.times, values }
}

function readLabelText(cursor: Cursor): string | undefined {
  const { body } = cursor
  for (const byte of beforeLabels) if (!take(cursor, byte)) return undefined
  const begin = cursor.at
  // not a part of a text, in which quotes have backslashes
  const end = body.indexOf(beforePoints, begin)
  cursor.at = end + beforePoints.length
  return end < 0 ? undefined : body.toString('utf8', begin, end)
}

/** Parses the labels of all rows at once, which takes half of the time. */
function labelsOf(rows: readonly Row[]): readonly Series['labels'][] | undefined {
  try {
    const all: unknown = JSON.parse(`[${rows.map(({ labels }) => labels).join()}]`)
    return Array.isArray(all) && all.length === rows.length ? all.map(readLabels) : undefined
  } catch {
    return undefined
  }
}

/** JSON allows no zero at the beginning of a larger number. */
function readTime(cursor: Cursor): number | undefined {
  const begin = cursor.at
  if (cursor.body[begin] === zero) return undefined
  const whole = readDigits(cursor)
  if (whole === undefined || whole >= LATEST_SECONDS) return undefined
  if (!take(cursor, dot)) return whole
  return readDigits(cursor) === undefined
    ? undefined
    : Number(cursor.body.toString('latin1', begin, cursor.at))
}

/** Reads a sample's number and the quote after it. */
function readValue(cursor: Cursor): number | undefined {
  const begin = cursor.at
  const whole = readDigits(cursor)
  if (whole !== undefined && take(cursor, quote)) return whole
  const end = cursor.body.indexOf(quote, begin)
  const text = cursor.body.toString('latin1', begin, end)
  cursor.at = end + 1
  return special.get(text) ?? (decimal.test(text) ? Number(text) : undefined)
}

const special: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Infinity],
  ['-Inf', -Infinity],
])
const decimal = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/
/** A number holds so many digits exactly. */
const mostDigits = 15

function readDigits(cursor: Cursor): number | undefined {
  const begin = cursor.at
  let whole = 0
  for (;;) {
    const byte = cursor.body[cursor.at] ?? 0
    if (byte < zero || byte > nine) break
    whole = 10 * whole + byte - zero
    cursor.at++
  }
  const digits = cursor.at - begin
  return digits > 0 && digits <= mostDigits ? whole : undefined
}

function take(cursor: Cursor, byte: number): boolean {
  if (cursor.body[cursor.at] !== byte) return false
  cursor.at++
  return true
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((number, i) => number === other[i])
}
