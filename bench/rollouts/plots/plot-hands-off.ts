import { colorOf, marker } from '../../plots/marker.ts'
import { line, svgFile, text } from '../../plots/svg.ts'
import { isHealthy } from '../cells.ts'
import type { Report } from '../report.ts'
import type { RolloutRule } from '../rollout-rules.ts'

const width = 860
const height = 470
const frame = { left: 80, right: 600, top: 76, bottom: 400 }

/** Draws how many healthy rollouts need no person against how much harm gets through. The best is the upper left corner. */
export function plotHandsOff({ results }: Report, rules: readonly RolloutRule[]): string {
  const points = rules.flatMap((rule) => {
    const own = results.filter((one) => one.rule === rule.name)
    const healthy = own.filter(({ cell }) => isHealthy(cell)).map((one) => one.onTime / one.rollouts)
    const harmful = own.filter(({ cell }) => !isHealthy(cell)).map((one) => one.promoted / one.rollouts)
    if (healthy.length === 0 || harmful.length === 0) return []
    return [{ rule, handsOff: mean(healthy), worst: Math.min(...healthy), through: mean(harmful) }]
  })
  const x = (share: number): number => frame.left + share * (frame.right - frame.left)
  const y = (share: number): number => frame.bottom - share * (frame.bottom - frame.top)
  return svgFile(width, height, 'Healthy rollouts without a person against harm let through, by rule', [
    text(frame.left, 28, 'Hands-off against harm let through', { size: 17, bold: true }),
    text(frame.left, 48, 'mark: mean over cells; line: down to the worst healthy cell', { color: '#555' }),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
      line(x(share), frame.top, x(share), frame.bottom, share === 0 ? '#888' : '#e3e3e3'),
      text(x(share), frame.bottom + 18, percent(share), { anchor: 'middle' }),
      line(frame.left, y(share), frame.right, y(share), share === 0 ? '#888' : '#e3e3e3'),
      text(frame.left - 8, y(share) + 4, percent(share), { anchor: 'end' }),
    ]),
    text((frame.left + frame.right) / 2, frame.bottom + 42, 'harmful rollouts promoted', {
      anchor: 'middle',
      size: 13,
    }),
    `<g transform="rotate(-90 22 ${(frame.top + frame.bottom) / 2})">${text(22, (frame.top + frame.bottom) / 2, 'healthy rollouts promoted on time, by nobody', { anchor: 'middle', size: 13 })}</g>`,
    ...points
      .toReversed()
      .map(
        ({ rule, handsOff, worst, through }) =>
          line(x(through), y(handsOff), x(through), y(worst), colorOf(rule.name), 1.2) +
          marker(rule.name, x(through), y(handsOff), 6),
      ),
    ...points.flatMap(({ rule }, index) => [
      marker(rule.name, frame.right + 36, frame.top + 18 + index * 25),
      text(frame.right + 50, frame.top + 22 + index * 25, rule.title, { bold: index === 0 }),
    ]),
  ])
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
