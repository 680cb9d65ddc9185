import type { NamedRule } from './rules/rules.ts'
import type { Cell, Estimate } from './summarize.ts'

export interface Report {
  readonly policy: string
  readonly rollouts: number
  readonly seed: string
  readonly cells: readonly Cell[]
}

interface Table {
  readonly title: string
  readonly about: string
  readonly group: Cell['group']
  readonly show: (cell: Cell) => string
}

const tables: readonly Table[] = [
  {
    title: 'False aborts',
    about: 'Share of healthy rollouts that the rule aborts.',
    group: 'healthy',
    show: (cell) => percent(cell.aborted),
  },
  {
    title: 'Healthy rollouts that got through',
    about: 'Share that passed the gate of every step within the planned 30 minutes.',
    group: 'healthy',
    show: (cell) => percent(cell.passedAll),
  },
  {
    title: 'Missed harm',
    about: 'Share of bad rollouts that were never aborted; mean minutes to the abort of the others.',
    group: 'harmful',
    show: (cell) => {
      const minutes = cell.minutes === undefined ? '–' : `${withError(cell.minutes, 1)} min`
      return `${percent(complement(cell.aborted))}; ${minutes}`
    },
  },
  {
    title: 'Excess bad outcomes',
    about:
      'Mean number of users, until the abort or the end, who would have fared better on stable: requests failed, ' +
      "requests slower than about stable's p95, orders lost.",
    group: 'harmful',
    show: (cell) => (cell.excess === undefined ? '–' : withError(cell.excess, 0)),
  },
  {
    title: 'False passes at the margin',
    about: "Share of rollouts whose canary is exactly at a step's margin and which pass that step.",
    group: 'margin',
    show: (cell) => (cell.falsePass === undefined ? '–' : percent(cell.falsePass)),
  },
]

/** All results as JSON, with one cell on each line, so that a diff shows what changed. */
export function toJson({ cells, ...run }: Report): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value
  const lines = cells.map((cell) => `  ${JSON.stringify(cell, rounded)}`)
  const head = Object.entries(run).map(([key, value]) => ` "${key}": ${JSON.stringify(value)},`)
  return ['{', ...head, ' "cells": [', lines.join(',\n'), ' ]', '}', ''].join('\n')
}

/** All results as Markdown tables: a row for each scenario, a column for each rule, ± one standard error. */
export function toMarkdown(report: Report, rules: readonly NamedRule[]): string {
  const head = [
    `# Accuracy, ${report.policy} policy`,
    '',
    `${report.rollouts} simulated rollouts a scenario, seed ${report.seed}; ± is one standard error. ` +
      `\`npm run bench:accuracy -- --rollouts ${report.rollouts} --policy ${report.policy} --seed ${report.seed}\``,
    '',
  ]
  return [...head, ...tables.flatMap((table) => toLines(table, report.cells, rules))].join('\n')
}

function toLines(table: Table, cells: readonly Cell[], rules: readonly NamedRule[]): readonly string[] {
  const own = cells.filter((cell) => cell.group === table.group)
  if (own.length === 0) return []
  const names = [...new Set(own.map((cell) => cell.scenario))]
  const row = (name: string) =>
    rules.map(({ name: rule }) => {
      const cell = own.find((candidate) => candidate.scenario === name && candidate.rule === rule)
      return cell === undefined ? '–' : table.show(cell)
    })
  return [
    `## ${table.title}`,
    '',
    table.about,
    '',
    `| scenario | ${rules.map(({ title }) => title).join(' | ')} |`,
    `|---|${rules.map(() => '--:|').join('')}`,
    ...names.map((name) => `| ${name} | ${row(name).join(' | ')} |`),
    '',
  ]
}

function complement({ value, standardError }: Estimate): Estimate {
  return { value: 1 - value, standardError }
}

function percent({ value, standardError }: Estimate): string {
  return `${(100 * value).toFixed(1)} ± ${(100 * standardError).toFixed(1)} %`
}

function withError({ value, standardError }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} ± ${standardError.toFixed(Math.max(1, digits))}`
}
