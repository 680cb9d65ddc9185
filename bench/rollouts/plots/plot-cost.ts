import { colorOf, marker } from '../../plots/marker.ts'
import { line, svgFile, text } from '../../plots/svg.ts'
import { isHealthy } from '../cells.ts'
import type { Report, Result } from '../report.ts'
import type { RolloutRule } from '../rollout-rules.ts'

const width = 860
const height = 470
const frame = { left: 80, right: 600, top: 76, bottom: 400 }

/** Draws what harm costs under each rule, by traffic: geometric means over the harms of a service like the usual one. */
export function plotCost({ results }: Report, rules: readonly RolloutRule[]): string {
  const own = results.filter(({ cell }) => !isHealthy(cell) && cell.part === 'harm by traffic')
  const traffic = [...new Set(own.map(({ cell }) => cell.rps))].toSorted((a, b) => a - b)
  const costs = rules.map((rule) => ({
    rule,
    values: traffic.map((rps) =>
      meanCost(own.filter((one) => one.rule === rule.name && one.cell.rps === rps)),
    ),
  }))
  const all = costs.flatMap(({ values }) => values).filter((value) => value !== undefined)
  const top = Math.ceil(Math.log10(Math.max(10, ...all)))
  const x = (i: number): number =>
    frame.left + ((i + 0.5) / Math.max(traffic.length, 1)) * (frame.right - frame.left)
  const y = (value: number): number =>
    frame.bottom - (Math.log10(Math.max(value, 1)) / top) * (frame.bottom - frame.top)
  return svgFile(width, height, 'Excess bad outcomes of a harmful rollout by traffic and rule', [
    text(frame.left, 28, 'What a harmful rollout costs', { size: 17, bold: true }),
    text(
      frame.left,
      48,
      'bad outcomes beyond stable’s, with the hour after a wrong promotion; geometric mean over harms',
      {
        color: '#555',
      },
    ),
    ...Array.from({ length: top + 1 }, (_, i) => [
      line(frame.left, y(10 ** i), frame.right, y(10 ** i), i === 0 ? '#888' : '#e3e3e3'),
      text(frame.left - 8, y(10 ** i) + 4, String(10 ** i), { anchor: 'end' }),
    ]).flat(),
    ...traffic.map((rps, i) => text(x(i), frame.bottom + 18, String(rps), { anchor: 'middle' })),
    text((frame.left + frame.right) / 2, frame.bottom + 42, 'requests a second', {
      anchor: 'middle',
      size: 13,
    }),
    ...costs.toReversed().flatMap(({ rule, values }) =>
      values.flatMap((value, i) => {
        const next = values[i + 1]
        if (value === undefined) return []
        const path =
          next === undefined ? '' : line(x(i), y(value), x(i + 1), y(next), colorOf(rule.name), 1.4)
        return [path + marker(rule.name, x(i), y(value))]
      }),
    ),
    ...rules.flatMap((rule, index) => [
      marker(rule.name, frame.right + 36, frame.top + 18 + index * 25),
      text(frame.right + 50, frame.top + 22 + index * 25, rule.title, { bold: index === 0 }),
    ]),
  ])
}

function meanCost(results: readonly Result[]): number | undefined {
  if (results.length === 0) return undefined
  const logs = results.map(({ excess, rollouts }) => Math.log(excess / rollouts + 1))
  return Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length) - 1
}
