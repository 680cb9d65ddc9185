import { numberAt, type SimulatedSeries } from './simulated-series.ts'
import { writeNumber } from './write-value.ts'

/**
 * The samples as OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`. The format has no stale markers, so
 * a series that ends keeps its last value for five minutes.
 */
export function toOpenMetrics(series: readonly SimulatedSeries[]): string {
  return [...openMetricsParts(series)].join('')
}

/** The text in parts, one for each series, because the text of many series over hours is longer than a string can be. */
export function* openMetricsParts(series: Iterable<SimulatedSeries>): Generator<string> {
  for (const one of series) yield samplesOf(one)
  yield '# EOF\n'
}

function samplesOf({ labels, times, values }: SimulatedSeries): string {
  const { __name__: name = '', ...others } = labels
  const inside = Object.entries(others).map(([label, value]) => `${label}="${escape(value)}"`)
  const head = `${name}{${inside.join(',')}}`
  const lines = Array.from(
    times,
    (time, index) => `${head} ${writeNumber(numberAt(values, index))} ${time / 1000}\n`,
  )
  return lines.join('')
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
