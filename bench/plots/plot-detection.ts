import { marker } from './marker.ts'
import { line, svgFile, text } from './svg.ts'
import type { Report } from '../report.ts'
import type { NamedRule } from '../rules/rules.ts'
import type { Cell } from '../summarize.ts'

const width = 900
const frame = { left: 170, right: 640, top: 92 }
const rowHeight = 50
const horizon = 30
const tooManyMissed = 0.2
const tooManyFalse = 0.1

/**
 * Draws how long each rule needs, with a row for each scenario. A rule is pale when it misses much, or when it aborts
 * healthy rollouts in the same noise so often that its speed is worth nothing.
 */
export function plotDetection(report: Report, rules: readonly NamedRule[]): string {
  const cells = report.cells.filter((cell) => cell.group === 'harmful')
  const names = [...new Set(cells.map((cell) => cell.scenario))]
  const bottom = frame.top + names.length * rowHeight
  const rows = names.flatMap((name, index) => toRow(name, index, report.cells, rules))
  return svgFile(width, bottom + 60, 'Minutes to the abort of a bad rollout, by scenario and rule', [
    text(20, 28, 'Time to detect', { size: 17, bold: true }),
    text(
      20,
      48,
      `mean minutes to the abort; ${report.policy} policy, ${report.rollouts} simulated rollouts a scenario`,
      {
        color: '#555',
      },
    ),
    text(
      20,
      66,
      'pale: the rule aborts over 10 % of healthy rollouts in the same noise, or misses over 20 % of these',
      {
        color: '#555',
      },
    ),
    ...axis(bottom),
    ...rows,
    ...legend(rules),
  ])
}

function toX(minutes: number): number {
  return frame.left + (minutes / horizon) * (frame.right - frame.left)
}

function axis(bottom: number): readonly string[] {
  const ticks = [0, 5, 10, 15, 20, 25, 30].flatMap((minutes) => [
    line(toX(minutes), frame.top, toX(minutes), bottom, minutes % 10 === 0 ? '#c8c8c8' : '#e8e8e8'),
    text(toX(minutes), bottom + 18, String(minutes), { anchor: 'middle' }),
  ])
  const weights = [
    [0, '5 % of traffic'],
    [10, '25 %'],
    [20, '50 %'],
  ] as const
  return [
    ...ticks,
    text((frame.left + frame.right) / 2, bottom + 42, 'minutes since the start of the rollout', {
      anchor: 'middle',
      size: 13,
    }),
    ...weights.map(([minutes, weight]) =>
      text(toX(minutes + 5), frame.top - 6, weight, { anchor: 'middle', size: 11, color: '#777' }),
    ),
  ]
}

function toRow(
  name: string,
  index: number,
  cells: readonly Cell[],
  rules: readonly NamedRule[],
): readonly string[] {
  const top = frame.top + index * rowHeight
  const marks = rules.flatMap(({ name: rule }, place) => {
    const cell = cells.find((candidate) => candidate.scenario === name && candidate.rule === rule)
    if (cell?.minutes === undefined) return []
    const y = top + 4 + ((place + 0.5) / rules.length) * (rowHeight - 8)
    const pale = !isUsable(cell, cells)
    const mark = marker(rule, toX(cell.minutes.value), y, pale ? 3.5 : 5)
    return [pale ? `<g opacity="0.35">${mark}</g>` : mark]
  })
  return [
    index % 2 === 0
      ? `<rect x="${frame.left}" y="${top}" width="${frame.right - frame.left}" height="${rowHeight}" fill="#000" opacity="0.03"/>`
      : '',
    text(frame.left - 10, top + rowHeight / 2 + 4, name, { anchor: 'end' }),
    ...marks.toReversed(),
  ]
}

function isUsable(cell: Cell, cells: readonly Cell[]): boolean {
  const control = cells.find(({ scenario, rule }) => scenario === cell.control && rule === cell.rule)
  return 1 - cell.aborted.value <= tooManyMissed && (control?.aborted.value ?? 0) <= tooManyFalse
}

function legend(rules: readonly NamedRule[]): readonly string[] {
  return rules.flatMap(({ name, title }, index) => {
    const y = frame.top + 18 + index * 25
    return [marker(name, frame.right + 36, y - 4), text(frame.right + 50, y, title, { bold: index === 0 })]
  })
}
