import type { OverTime } from './expression.ts'
import { numberAt } from './simulated-series.ts'

/** The samples `from` up to but not including `end`, and the range they were taken from. */
export interface Window {
  readonly times: ArrayLike<number>
  readonly values: ArrayLike<number>
  readonly from: number
  readonly end: number
  readonly start: number
  readonly at: number
}

/** The value of a range function over at least one sample; undefined when it has none. */
export function overTime(name: OverTime, window: Window): number | undefined {
  const { values, from, end, start, at } = window
  switch (name) {
    case 'count_over_time':
      return end - from
    case 'last_over_time':
      return numberAt(values, end - 1)
    case 'sum_over_time':
      // Prometheus begins with 0, which makes 0 of -0
      return 0 + fold(window, (sum, value) => sum + value)
    case 'max_over_time':
      return fold(window, (most, value) => (value > most || Number.isNaN(most) ? value : most))
    case 'min_over_time':
      return fold(window, (least, value) => (value < least || Number.isNaN(least) ? value : least))
    case 'increase':
      return increase(window)
    case 'rate': {
      const grown = increase(window)
      return grown === undefined ? undefined : grown / ((at - start) / 1000)
    }
    default:
      return name satisfies never
  }
}

function fold({ values, from, end }: Window, step: (before: number, value: number) => number): number {
  let result = numberAt(values, from)
  for (let index = from + 1; index < end; index++) result = step(result, numberAt(values, index))
  return result
}

/**
 * The growth between the first and the last sample, with resets, extrapolated to the ends of the range: to the end itself
 * when the next sample was due there, otherwise by half an interval, and never to before the counter was zero.
 */
function increase(window: Window): number | undefined {
  const { times, values, from, end, start, at } = window
  if (end - from < 2) return undefined
  const first = numberAt(times, from)
  const last = numberAt(times, end - 1)
  const seen = (last - first) / 1000
  const interval = seen / (end - from - 1)
  const grown = growth(window)
  const reach = (gap: number): number => (gap < interval * 1.1 ? gap : interval / 2)
  let before = (first - start) / 1000
  const firstValue = numberAt(values, from)
  if (grown > 0 && firstValue >= 0) before = Math.min(before, seen * (firstValue / grown))
  return grown * ((seen + reach(before) + reach((at - last) / 1000)) / seen)
}

/** Adds in the order of Prometheus, so that rounding is the same. */
function growth({ values, from, end }: Window): number {
  let before = numberAt(values, from)
  let grown = numberAt(values, end - 1) - before
  for (let index = from + 1; index < end; index++) {
    const value = numberAt(values, index)
    if (value < before) grown += before
    before = value
  }
  return grown
}
