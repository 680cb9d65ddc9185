import { colorOf, marker } from './marker.ts'
import { line, svgFile, text } from './svg.ts'
import type { Report } from '../report.ts'
import type { NamedRule } from '../rules/rules.ts'

const width = 900
const height = 470
const frame = { left: 70, right: 540, top: 70, bottom: 400 }

interface Point {
  readonly rule: NamedRule
  readonly falseAborts: number
  readonly worst: number
  readonly missed: number
}

/** Draws both kinds of error of each rule. The best rules are in the lower left corner. */
export function plotErrors(report: Report, rules: readonly NamedRule[]): string {
  const points = rules.flatMap((rule) => toPoint(report, rule))
  const top = Math.max(0.1, Math.ceil(Math.max(...points.map(({ missed }) => missed)) * 10 + 0.5) / 10)
  const x = (share: number) => frame.left + share * (frame.right - frame.left)
  const y = (share: number) => frame.bottom - (share / top) * (frame.bottom - frame.top)
  const marks = points.toReversed().map(({ rule, falseAborts, worst, missed }) => {
    const whisker = line(x(falseAborts), y(missed), x(worst), y(missed), colorOf(rule.name), 1.2)
    const tick = line(x(worst), y(missed) - 4, x(worst), y(missed) + 4, colorOf(rule.name), 1.2)
    return whisker + tick + marker(rule.name, x(falseAborts), y(missed), 6)
  })
  return svgFile(width, height, 'False aborts against missed harm, by rule', [
    text(frame.left, 28, 'False aborts against missed harm', { size: 17, bold: true }),
    text(
      frame.left,
      48,
      `${report.policy} policy, ${report.rollouts} simulated rollouts a scenario; mark: mean over scenarios, line: to the worst noise`,
      { color: '#555' },
    ),
    `<rect x="${x(0)}" y="${frame.top}" width="${x(0.05) - x(0)}" height="${frame.bottom - frame.top}" fill="#0072B2" opacity="0.09"/>`,
    text(x(0.05) + 4, frame.top + 12, 'promised: at most 5 %', { size: 11, color: '#0072B2' }),
    ...axes(x, y, top),
    ...marks,
    ...legend(points),
  ])
}

function toPoint(report: Report, rule: NamedRule): readonly Point[] {
  const own = report.cells.filter((cell) => cell.rule === rule.name)
  const healthy = own.filter((cell) => cell.group === 'healthy').map((cell) => cell.aborted.value)
  const missed = own.filter((cell) => cell.group === 'harmful').map((cell) => 1 - cell.aborted.value)
  if (healthy.length === 0 || missed.length === 0) return []
  return [{ rule, falseAborts: mean(healthy), worst: Math.max(...healthy), missed: mean(missed) }]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function axes(x: (share: number) => number, y: (share: number) => number, top: number): readonly string[] {
  const across = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    line(x(share), frame.top, x(share), frame.bottom, share === 0 ? '#888' : '#e3e3e3'),
    text(x(share), frame.bottom + 18, percent(share), { anchor: 'middle' }),
  ])
  const up = Array.from({ length: Math.round(top / 0.05) + 1 }, (_, index) => index * 0.05).flatMap(
    (share) => [
      line(frame.left, y(share), frame.right, y(share), share === 0 ? '#888' : '#e3e3e3'),
      text(frame.left - 8, y(share) + 4, percent(share), { anchor: 'end' }),
    ],
  )
  const middle = (frame.top + frame.bottom) / 2
  return [
    ...across,
    ...up,
    text((frame.left + frame.right) / 2, frame.bottom + 42, 'healthy rollouts aborted', {
      anchor: 'middle',
      size: 13,
    }),
    `<g transform="rotate(-90 20 ${middle})">${text(20, middle, 'bad rollouts never aborted', { anchor: 'middle', size: 13 })}</g>`,
  ]
}

function legend(points: readonly Point[]): readonly string[] {
  const left = frame.right + 30
  const columns = [
    text(left + 255, frame.top + 4, 'aborted', { size: 11, color: '#555', anchor: 'end' }),
    text(left + 315, frame.top + 4, 'missed', { size: 11, color: '#555', anchor: 'end' }),
  ]
  return columns.concat(
    points.flatMap(({ rule, falseAborts, missed }, index) => {
      const row = frame.top + 26 + index * 25
      return [
        marker(rule.name, left, row - 4),
        text(left + 14, row, rule.title, { bold: index === 0 }),
        text(left + 255, row, percent(falseAborts, 1), { anchor: 'end' }),
        text(left + 315, row, percent(missed, 1), { anchor: 'end' }),
      ]
    }),
  )
}

function percent(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`
}
