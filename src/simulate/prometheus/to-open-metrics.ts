import { numberAt, type SimulatedSeries } from './simulated-series.ts'
import { writeNumber } from './write-value.ts'

/**
 * The samples as OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`. Stale markers have no place in
 * the format: what is gone stays as it was for five minutes.
 */
export function toOpenMetrics(series: readonly SimulatedSeries[]): string {
  const lines: string[] = []
  for (const { labels, times, values } of series) {
    const { __name__: name = '', ...others } = labels
    const inside = Object.entries(others).map(([label, value]) => `${label}="${escape(value)}"`)
    const head = `${name}{${inside.join(',')}}`
    for (let index = 0; index < times.length; index++) {
      lines.push(`${head} ${writeNumber(numberAt(values, index))} ${numberAt(times, index) / 1000}`)
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
