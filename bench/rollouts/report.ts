import { type RolloutCell, isHealthy } from './cells.ts'
import type { RolloutRule } from './rollout-rules.ts'
import type { Tally } from './run-rollouts.ts'

export interface Result extends Tally {
  readonly cell: RolloutCell
}

export interface Report {
  readonly seed: string
  readonly command: string
  readonly results: readonly Result[]
}

/** All results as JSON, with one cell and rule on each line, so that a diff shows what changed. */
export function toJson({ results, ...run }: Report): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value
  const lines = results.map(
    ({ cell, ...tally }) => `  ${JSON.stringify({ cell: cell.name, ...tally }, rounded)}`,
  )
  const head = Object.entries(run).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},`)
  return ['{', ...head, ' "results": [', lines.join(',\n'), ' ]', '}', ''].join('\n')
}

/** Every cell as Markdown: a table for each part, a row for each cell, a column for each rule. */
export function toMarkdown(report: Report, rules: readonly RolloutRule[]): string {
  const healthy = report.results.filter(({ cell }) => isHealthy(cell))
  const harmful = report.results.filter(({ cell }) => !isHealthy(cell))
  return [
    '# Whole rollouts',
    '',
    `Seed ${report.seed}, \`${report.command}\`. ${counts('healthy', healthy)}; ${counts('harmful', harmful)}.`,
    '',
    'Each simulated rollout goes as a controller plays it: a look a minute; a step ends with the look that passes it; a step that has not passed ten minutes after its planned end waits for a person, who needs 15 minutes and decides rightly. The other rules know no waiting and keep to the plan. ± is one standard error, of a share as if half a rollout more had gone either way.',
    '',
    ...overall(report, rules),
    ...parts(
      healthy,
      rules,
      'promoted by itself within the plan + 2 minutes / aborted / a person asked, %; mean minutes',
      (one) =>
        `${withError(one.onTime, one)} / ${share(one.aborted, one, 1)} / ${share(one.asked, one, 1)}; ${(one.minutes / one.rollouts).toFixed(0)}`,
    ),
    ...parts(
      harmful,
      rules,
      'promoted by itself / aborted / a person asked, %; mean excess bad outcomes, with the hour after a wrong promotion',
      (one) =>
        `${withError(one.promoted, one)} / ${share(one.aborted, one)} / ${share(one.asked, one)}; ${meanExcess(one)}`,
    ),
  ].join('\n')
}

function counts(what: string, results: readonly Result[]): string {
  const own = results.filter(({ rule }) => rule === results[0]?.rule).map(({ rollouts }) => rollouts)
  if (own.length === 0) return `no ${what} cell`
  const [least, most] = [Math.min(...own), Math.max(...own)]
  return `${own.length} ${what} cells of ${least === most ? least : `${least} to ${most}`} rollouts`
}

/** Each rule in one line. The last column is the geometric mean of its excess relative to Kayenta's; one outcome is added to both. */
function overall({ results }: Report, rules: readonly RolloutRule[]): readonly string[] {
  const rows = rules.map(({ name, title }) => {
    const own = results.filter(({ rule }) => rule === name)
    const healthy = own.filter(({ cell }) => isHealthy(cell))
    const harmful = own.filter(({ cell }) => !isHealthy(cell))
    const ratios = harmful.flatMap((one) => {
      const other = results.find(({ rule, cell }) => rule === 'kayenta' && cell === one.cell)
      return other === undefined ? [] : [Math.log((mean(one) + 1) / (mean(other) + 1))]
    })
    const cost = ratios.length === 0 ? '–' : Math.exp(average(ratios)).toFixed(2)
    const rate = (of: readonly Result[], value: (one: Result) => number): string =>
      of.length === 0 ? '–' : (100 * average(of.map((one) => value(one) / one.rollouts))).toFixed(1)
    const worst = Math.min(...healthy.map((one) => one.onTime / one.rollouts))
    const worstAbort = Math.max(...healthy.map((one) => one.aborted / one.rollouts))
    const sizes = [healthy, harmful].map((some) => Math.min(...some.map(({ rollouts }) => rollouts)))
    return `| ${title} | ${sizes.join(' / ')} | ${rate(healthy, (one) => one.onTime)} | ${healthy.length === 0 ? '–' : (100 * worst).toFixed(0)} | ${rate(healthy, (one) => one.aborted)} | ${healthy.length === 0 ? '–' : (100 * worstAbort).toFixed(1)} | ${rate(healthy, (one) => one.asked)} | ${rate(harmful, (one) => one.promoted)} | ${cost} |`
  })
  return [
    '## In one line each',
    '',
    'Means over cells, %. The last column is the geometric mean, over harmful cells, of the excess bad outcomes to those of the Kayenta rule.',
    '',
    '| rule | rollouts in each healthy / harmful cell | healthy, on time | its worst cell | healthy, aborted | its worst cell | healthy, asked | harmful, promoted | excess to Kayenta |',
    `|---|${'--:|'.repeat(8)}`,
    ...rows,
    '',
  ]
}

function parts(
  results: readonly Result[],
  rules: readonly RolloutRule[],
  about: string,
  show: (one: Result) => string,
): readonly string[] {
  const names = [...new Set(results.map(({ cell }) => cell.part))]
  return names.flatMap((part) => {
    const own = results.filter(({ cell }) => cell.part === part)
    const cells = [...new Set(own.map(({ cell }) => cell))]
    const row = (cell: RolloutCell): string => {
      const shown = rules.map(({ name }) => {
        const one = own.find((candidate) => candidate.cell === cell && candidate.rule === name)
        return one === undefined ? '–' : show(one)
      })
      return `| ${cell.name.replace(`${part}: `, '')} | ${shown.join(' | ')} |`
    }
    return [
      `## ${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`,
      '',
      `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.`,
      '',
      `| cell | ${rules.map(({ title }) => title).join(' | ')} |`,
      `|---|${'--:|'.repeat(rules.length)}`,
      ...cells.map(row),
      '',
    ]
  })
}

export const mean = ({ excess, rollouts }: Tally): number => excess / rollouts

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function share(part: number, { rollouts }: Tally, digits = 0): string {
  return ((100 * part) / rollouts).toFixed(digits)
}

/** A share in percent with its standard error, which is not 0 when all rollouts ended the same way. */
export function withError(part: number, { rollouts }: Tally): string {
  const p = (part + 0.5) / (rollouts + 1)
  return `${((100 * part) / rollouts).toFixed(0)}±${(100 * Math.sqrt((p * (1 - p)) / rollouts)).toFixed(0)}`
}

export function meanExcess(tally: Tally): string {
  const { excessSquares, rollouts } = tally
  const variance = Math.max(excessSquares / rollouts - mean(tally) ** 2, 0)
  return `${number(mean(tally))}±${number(Math.sqrt(variance / Math.max(rollouts - 1, 1)))}`
}

function number(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}
