/** The longest summary, in characters. */

const MAX_SUMMARY = 199

/** A share as a percentage with two significant digits: 1.9%, 0.042%, 37%. */
export function percent(share: number): string {
  const value = share * 100
  // smaller numbers would be written with an exponent
  if (Math.abs(value) < 1e-6) return '0%'
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))}%`
}

/** 37,800 */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 2.1 times; 15 times */
export function times(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : Number(ratio.toPrecision(2))} times`
}

/** 250 ms, 1.5 s */
export function seconds(value: number): string {
  return value < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`
}

export function minutes(value: number): string {
  const whole = wholeMinutes(value)
  if (whole <= 1) return '1 more minute'
  if (whole < 120) return `${whole} more minutes`
  return whole < 48 * 60 ? `${Math.round(whole / 60)} more hours` : `${Math.round(whole / 1440)} more days`
}

/** A wait as a range, because the estimate may be wrong by a half: 3 to 6 more minutes. */
export function minutesRange(value: number): string {
  const low = Math.max(1, Math.floor(value * 0.7))
  const high = Math.max(low + 2, Math.ceil(value * 1.5))
  const unit = high < 120 ? 1 : high < 48 * 60 ? 60 : 1440
  const name = unit === 1 ? 'minutes' : unit === 60 ? 'hours' : 'days'
  const [from, to] = [Math.max(1, Math.round(low / unit)), Math.round(high / unit)]
  return from === to ? `about ${to} more ${name}` : `${from} to ${to} more ${name}`
}

/** Rounded up, so that this wait is long enough. */
export function wholeMinutes(value: number): number {
  return Math.ceil(value - ROUNDING_ERROR)
}

const ROUNDING_ERROR = 1e-9

/** A level in the metric's own unit, whatever that is: 512M, 0.25, 1.2k. */
export function level(value: number): string {
  const units = [
    { from: 1e9, unit: 'G' },
    { from: 1e6, unit: 'M' },
    { from: 1e3, unit: 'k' },
  ]
  if (Math.abs(value) < 1e-6) return plainSmall(value)
  const scale = units.find(({ from }) => Math.abs(value) >= from)
  return scale === undefined
    ? `${Number(value.toPrecision(3))}`
    : `${Number((value / scale.from).toPrecision(3))}${scale.unit}`
}

/** Three digits without an exponent; 0 for numbers below 1e-12. */
function plainSmall(value: number): string {
  if (Math.abs(value) < 1e-12) return '0'
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)))
  return value.toFixed(digits).replace(/(?<!0)0+$/, '')
}

/** a, b and c */
export function list(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** "canary better", of which arm is better. */
export const answerWords = (answer: string): string => answer.replaceAll('-', ' ')

/** A summary without its first word, where the verdict stands beside it. */
export const withoutOutcome = (summary: string): string => summary.replace(/^(pass|fail|inconclusive): /, '')

/** One line, short enough for a dashboard, without `<`, `>` and `&`, which Argo escapes. */
export function oneLine(text: string): string {
  const line = text
    .replace(/[<>&]/g, '')
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  if (line.length <= MAX_SUMMARY) return line
  // does not cut a character in half
  return `${line
    .slice(0, MAX_SUMMARY - 3)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}...`
}
