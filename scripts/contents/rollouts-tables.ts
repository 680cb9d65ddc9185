import type { EffectName, RolloutCell } from '../../bench/rollouts/cells.ts'
import { mean, meanExcess, type Result, withError } from '../../bench/rollouts/report.ts'
import { rolloutRules } from '../../bench/rollouts/rollout-rules.ts'
import { readRolloutResults, type RolloutResults } from '../../bench/rollouts/read-results.ts'

/** The page with the figures of the benchmark written between its two marks: a line for each rule, then every cell. */
export function rolloutsTables(page: string, json: string): string {
  const results = readRolloutResults(json)
  return between(page, 'rollouts', [
    ...rulesTable(results),
    '',
    ...missed(results),
    '',
    ...matrices(results.healthy, healthyCell(results)),
    ...matrices(results.harmful, harmfulCell(results)),
  ])
}

/** The page with only the line for each rule. */
export function rulesOnly(page: string, json: string): string {
  return between(page, 'rollouts', rulesTable(readRolloutResults(json)))
}

export function between(page: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const parts = page.split(begin)
  const after = parts[1]?.split(end)[1]
  if (parts.length !== 2 || after === undefined)
    throw new Error(`expected ${begin} and ${end} once in the page`)
  return `${parts[0]}${begin}\n\n${lines.join('\n').trim()}\n\n${end}${after}`
}

export const effectWords: Readonly<Record<EffectName, string>> = {
  none: 'healthy',
  'errors-x1.5': 'errors × 1.5',
  'errors-x2': 'errors × 2',
  'errors-x3': 'errors × 3',
  'errors-x10': 'errors × 10',
  'errors-x2-late': 'errors × 2 from minute 20',
  'errors-x3-late': 'errors × 3 from minute 14',
  'latency-10': 'p95 10 % slower',
  'latency-25': 'p95 25 % slower',
  'latency-x2': 'p95 twice as slow',
  'latency-25-late': 'p95 25 % slower from minute 20',
  crash: 'crash',
  'bad-pod': 'one bad pod',
  leak: 'leak',
  'conversion-5': 'conversion 5 % lower',
  'conversion-20': 'conversion 20 % lower',
}

/** Each rule in one line, over all cells. */
function rulesTable({ healthy, harmful, of }: RolloutResults): readonly string[] {
  const rows = rolloutRules.map(({ name, title }) => {
    const [good, bad] = [healthy, harmful].map((some) => some.filter(({ rule }) => rule === name))
    const onTime = (good ?? []).map((one) => one.onTime / one.rollouts)
    const ratios = (bad ?? []).flatMap((one) => {
      const other = of('kayenta', one.cell)
      return other === undefined ? [] : [Math.log((mean(one) + 1) / (mean(other) + 1))]
    })
    const shares = [
      onTime,
      (good ?? []).map((one) => one.aborted / one.rollouts),
      (good ?? []).map((one) => one.asked / one.rollouts),
      (bad ?? []).map((one) => one.promoted / one.rollouts),
    ].map((values) => percent(average(values), 1))
    const [handsOff, aborted, asked, promoted] = shares
    const worst = percent(Math.min(...onTime), 0)
    const least = [good, bad].map((some) => Math.min(...(some ?? []).map(({ rollouts }) => rollouts)))
    return `| ${title} | ${least.join(' / ')} | ${handsOff} (${worst}) | ${aborted} | ${asked} | ${promoted} | ${Math.exp(average(ratios)).toFixed(2)} |`
  })
  const [good, bad] = [cellsOf(healthy).length, cellsOf(harmful).length]
  return [
    `| rule; ${good} healthy and ${bad} harmful cells, % | rollouts in each | healthy, on time (worst cell) | aborted | a person asked | harmful, promoted | excess to Kayenta's |`,
    `|---|${'--:|'.repeat(6)}`,
    ...rows,
  ]
}

/** The cells that miss their aim by more than chance. */
function missed({ healthy, harmful, of }: RolloutResults): readonly string[] {
  const own = healthy.filter(({ rule }) => rule === 'balanced')
  const over = (part: number, { rollouts }: Result, aim: number): boolean =>
    part / rollouts > aim + 2 * Math.sqrt((aim * (1 - aim)) / rollouts)
  const name = ({ cell }: Result): string => cell.name
  const list = (what: string, found: readonly Result[]): string =>
    `- ${what}: ${found.length === 0 ? 'none' : found.map(name).join('; ')}`
  const aimed = ({ cell }: Result): number =>
    cell.part !== 'by traffic' ? 0.1 : cell.noise === 'quiet' ? 0.05 : 0.08
  const bad = harmful.filter(({ rule }) => rule === 'balanced')
  const dearer = bad.filter((one) => {
    const other = of('kayenta', one.cell)
    return (
      other !== undefined &&
      mean(one) > 1.1 * mean(other) + 2 * Math.hypot(errorOf(one), 1.1 * errorOf(other))
    )
  })
  const above = bad.filter((one) => mean(one) > 1.1 * meanOr(of('kayenta', one.cell))).length
  const oftener = bad.filter((one) => {
    const other = of('kayenta', one.cell)
    if (other === undefined) return false
    const [p, q] = [one.promoted / one.rollouts, other.promoted / other.rollouts]
    return p - q > 2 * Math.sqrt((p * (1 - p)) / one.rollouts + (q * (1 - q)) / other.rollouts)
  })
  return [
    'Cells in which `balanced` misses its aim by more than two standard errors:',
    '',
    list(
      'not on time in more than 5 % (quiet), 8 % (bursty, clumped) or 10 % (other parts)',
      own.filter((one) => over(one.rollouts - one.onTime, one, aimed(one))),
    ),
    list(
      'aborted in more than 5 %',
      own.filter((one) => over(one.aborted, one, 0.05)),
    ),
    list(
      'a person asked in more than 3 %',
      own.filter((one) => over(one.asked, one, 0.03)),
    ),
    list(
      'crash or ten times the errors promoted at 1 rps and more',
      bad.filter(
        ({ cell, promoted }) =>
          promoted > 0 && cell.rps >= 1 && (cell.effect === 'crash' || cell.effect === 'errors-x10'),
      ),
    ),
    list(
      'twice the errors from minute 20 promoted in more than 6 % at 50 rps and more',
      bad.filter(
        (one) => one.cell.effect === 'errors-x2-late' && one.cell.rps >= 50 && over(one.promoted, one, 0.06),
      ),
    ),
    list("harm promoted more often than by Kayenta's rule", oftener),
    list("excess above 1.1 times Kayenta's", dearer),
    '',
    `Without regard to chance the mean excess is above 1.1 times Kayenta's in ${above} of ${bad.length} cells.`,
  ]
}

const healthyCell =
  ({ of }: RolloutResults) =>
  (cell: RolloutCell): string | undefined => {
    const [own, other] = [of('balanced', cell), of('kayenta', cell)]
    if (own === undefined || other === undefined) return undefined
    return `${withError(own.onTime, own)} / ${short(own.aborted, own)} / ${short(own.asked, own)} (${short(other.onTime, other)})`
  }

const harmfulCell =
  ({ of }: RolloutResults) =>
  (cell: RolloutCell): string | undefined => {
    const [own, other] = [of('balanced', cell), of('kayenta', cell)]
    if (own === undefined || other === undefined) return undefined
    return `${withError(own.promoted, own)}; ${meanExcess(own)} (${short(other.promoted, other)}; ${meanExcess(other)})`
  }

/** A table for each part: a row for what the cells share, a column for each traffic. */
function matrices(
  results: readonly Result[],
  show: (cell: RolloutCell) => string | undefined,
): readonly string[] {
  const all = cellsOf(results)
  return [...new Set(all.map(({ part }) => part))].flatMap((part) => {
    const own = all.filter((cell) => cell.part === part)
    const traffic = [...new Set(own.map(({ rps }) => rps))].toSorted((a, b) => a - b)
    const rows = [...new Set(own.map(rowOf))]
    const at = (row: string, rps: number): string => {
      const cell = own.find((one) => rowOf(one) === row && one.rps === rps)
      return (cell && show(cell)) ?? '–'
    }
    return [
      `| ${part} | ${traffic.map((rps) => `${rps} rps`).join(' | ')} |`,
      `|---|${traffic.map(() => '--:|').join('')}`,
      ...rows.map((row) => `| ${row} | ${traffic.map((rps) => at(row, rps)).join(' | ')} |`),
      '',
    ]
  })
}

function rowOf({ effect, noise, base, pods, history, labels, plan }: RolloutCell): string {
  return [
    ...(effect === 'none' ? [] : [effectWords[effect]]),
    noise,
    `${base * 100} %`,
    ...(pods === 10 ? [] : [`${pods} ${pods === 1 ? 'pod' : 'pods'}`]),
    ...(history === 120 ? [] : [`${history} min`]),
    ...(labels ? [] : ['arms only']),
    ...(plan === 'argo' ? [] : [plan]),
  ].join(', ')
}

function cellsOf(results: readonly Result[]): readonly RolloutCell[] {
  return [...new Set(results.map(({ cell }) => cell))]
}

const meanOr = (one: Result | undefined): number => (one === undefined ? Infinity : mean(one))

function errorOf({ excess, excessSquares, rollouts }: Result): number {
  return Math.sqrt(
    Math.max(excessSquares / rollouts - (excess / rollouts) ** 2, 0) / Math.max(rollouts - 1, 1),
  )
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const percent = (share: number, digits: number): string => (100 * share).toFixed(digits)
const short = (part: number, { rollouts }: Result): string => ((100 * part) / rollouts).toFixed(0)
