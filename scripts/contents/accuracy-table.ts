import { z } from 'zod'

const estimate = z.object({ value: z.number() })
const reportSchema = z.object({
  rollouts: z.number(),
  cells: z.array(
    z.object({
      scenario: z.string(),
      group: z.string(),
      rule: z.string(),
      aborted: estimate,
      minutes: estimate.optional(),
      passedAll: estimate.optional(),
      falsePass: estimate.optional(),
    }),
  ),
})

type Cell = z.infer<typeof reportSchema>['cells'][number]

const rules = [
  ['engine', 'canary-judge'],
  ['engine-arms', 'without pod labels'],
  ['kayenta', "Kayenta's rule"],
  ['static-flagger-5', 'thresholds, Flagger'],
  ['static-argo-3', 'thresholds, Argo'],
] as const

/** The page with the figures of the benchmark written between its two marks. */
export function accuracyTable(page: string, json: string): string {
  const { rollouts, cells } = reportSchema.parse(JSON.parse(json))
  const body = [
    ...table(cells, 'healthy', `False aborts, ${rollouts} healthy rollouts a scenario`, ({ aborted }) =>
      percent(aborted.value),
    ),
    '',
    ...table(cells, 'harmful', 'Missed; mean minutes to the abort of the others', (cell) => {
      const minutes = cell.minutes === undefined ? '' : `; ${cell.minutes.value.toFixed(1)}`
      return `${percent(1 - cell.aborted.value)}${minutes}`
    }),
    '',
    passes(cells),
  ].join('\n')
  return page.replace(
    /<!-- accuracy:begin -->[^]*<!-- accuracy:end -->/,
    `<!-- accuracy:begin -->\n\n${body}\n\n<!-- accuracy:end -->`,
  )
}

function table(
  cells: readonly Cell[],
  group: string,
  title: string,
  show: (cell: Cell) => string,
): readonly string[] {
  const scenarios = [...new Set(cells.filter((cell) => cell.group === group).map(({ scenario }) => scenario))]
  const rows = scenarios.map((scenario) => {
    const shown = rules.map(([rule]) => {
      const cell = cells.find((one) => one.scenario === scenario && one.rule === rule)
      return cell === undefined ? '–' : show(cell)
    })
    return `| ${scenario} | ${shown.join(' | ')} |`
  })
  return [
    `| ${title} | ${rules.map(([, name]) => name).join(' | ')} |`,
    `|---|${rules.map(() => '--:|').join('')}`,
    ...rows,
  ]
}

function passes(cells: readonly Cell[]): string {
  const engine = cells.filter(({ rule }) => rule === 'engine')
  const quiet = engine.find(({ scenario }) => scenario === 'quiet')?.passedAll?.value ?? 0
  const worst = Math.max(...engine.map(({ falsePass }) => falsePass?.value ?? 0))
  return `Of healthy quiet rollouts ${percent(quiet)} have passed every gate by minute 30; of canaries exactly at a step's margin at most ${percent(worst)} pass it.`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
