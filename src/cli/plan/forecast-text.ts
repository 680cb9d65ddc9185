import { effectText, type MetricForecast } from '../../engine/index.ts'
import type { MetricKind } from '../../engine/model/policy.ts'
import { plain } from '../plain.ts'
import type { Forecast, Found } from './forecast.ts'
import { stepsText } from './plan-text.ts'

const nameWidth = 14
const lineWidth = 18
const width = 11

/** The forecast for people: a table with three lines for each metric, and what else was asked. */
export function forecastText({ metrics, found, proposal }: Forecast): string {
  return [
    ...table(metrics),
    '',
    ...meanings,
    ...(found.length > 0 ? ['', ...found.map(foundText)] : []),
    ...(proposal === undefined
      ? []
      : [
          '',
          `The least harm to users in ${stagesMinutes(proposal.stages.minutes)} minutes, over releases of several sorts:`,
          `stages ${proposal.stages.weights.join(',')}; ${stepsText(proposal.stages)}`,
          ...proposal.policy.map((line) => `policy ${line}`),
          '',
          ...table(proposal.metrics),
        ]),
    '',
  ].join('\n')
}

const meanings = [
  'fails: from this size on, at least 80% of such rollouts have failed by then. held: or do not pass this step alone.',
  'ruled out: above this, in 80% of healthy rollouts. From formulae, within about 25% of simulated rollouts.',
]

const stagesMinutes = (minutes: readonly number[]): number => minutes.reduce((sum, length) => sum + length, 0)

function table(metrics: readonly MetricForecast[]): readonly string[] {
  const [first] = metrics
  if (first === undefined) return ['There is no metric that can be planned.']
  const heads = first.steps.map(({ weight }) => `${weight}%`)
  const ends = first.steps.map(({ ends: minute }) => `${minute} min`)
  return [
    row('by the end of', '', heads),
    row('', 'after', ends),
    ...metrics.flatMap(({ name, kind, steps }) => {
      const cells = (of: 'shown' | 'held' | 'ruledOut'): readonly string[] =>
        steps.map(({ [of]: effect }) => (effect === undefined ? '–' : effectText(kind, effect)))
      return [
        row(name, 'fails from', cells('shown')),
        ...(steps.some(({ held }) => held !== undefined) ? [row('', 'held from', cells('held'))] : []),
        row('', 'ruled out above', cells('ruledOut')),
      ]
    }),
  ]
}

const row = (name: string, line: string, cells: readonly string[]): string =>
  `${plain(name).padEnd(nameWidth)}${line.padEnd(lineWidth)}${cells.map((cell) => cell.padStart(width)).join('')}`.trimEnd()

function foundText({ metric, kind, effect, atWeights, inStages }: Found): string {
  const times = atWeights.map(({ weight, minutes }) =>
    minutes === undefined ? `more than a week at ${weight}%` : `${minutes} min at ${weight}%`,
  )
  const here =
    inStages === undefined ? 'these steps do not show it' : `these steps show it after ${inStages} min`
  return `${plain(metric)} ${soughtText(kind, effect)}: ${times.join(', ')}; ${here}.`
}

/** The effect as it was asked for, not rounded as a promise is. */
function soughtText(kind: MetricKind, effect: number): string {
  const exact = (value: number): number => Number(value.toPrecision(6))
  if (kind === 'errors') return `×${exact(effect)}`
  return kind === 'conversion' ? `−${exact((1 - 1 / effect) * 100)}%` : `+${exact((effect - 1) * 100)}%`
}
