import type { MetricVerdict } from '../../engine/model/verdict.ts'
import { answerWords, minutesRange } from '../../engine/model/words.ts'
import { chart, type Chart, type Mark } from './chart.ts'
import { type Html, html } from './html.ts'
import { armText, short } from './judgement-text.ts'
import { badge } from './pieces.ts'

/** What one look found about a metric. */
export interface MetricLook {
  readonly at: number
  readonly metric: MetricVerdict
}

export interface Tile {
  readonly metric: MetricVerdict
  readonly history: readonly MetricLook[]
  readonly time: Pick<Chart, 'from' | 'to' | 'steps' | 'marks'>
  /** The evidence of harm that fails the rollout by itself. */
  readonly failsAt?: number | undefined
  readonly passesAt?: number | undefined
  /** The address of the page that plans with this policy. */
  readonly plan?: string | undefined
}

/** One metric with its numbers, their history, and how far they are from a decision. */
export function metricTile(tile: Tile): Html {
  const { metric, history, plan } = tile
  const { name, judged, canary, stable, neededMinutes, dispersion, required, reasons } = metric
  const missing = [...(isSilent(canary) ? ['canary'] : []), ...(isSilent(stable) ? ['stable'] : [])]
  const notes = [
    missing.length > 0 && `No data of ${missing.join(' and ')}.`,
    neededMinutes !== undefined && `Needs ${minutesRange(neededMinutes)} of traffic like this.`,
    dispersion !== undefined && noiseText(dispersion),
    tile.time.marks.length > 0 && 'Dotted lines mark flaws of the data, such as gaps and restarts.',
  ].filter((note) => note !== false)
  return html`<article class="card tile">
    <header>
      <h3>${name}</h3>
      ${badge(judged)}${metric.winner !== undefined && html`<small>${answerWords(metric.winner)}</small>`}${!required && html`<small>not required for a pass</small>`}
    </header>
    <p class="numbers">
      canary <b>${armText(metric, canary)}</b> against stable <b>${armText(metric, stable)}</b>
    </p>
    ${history.length > 1 && missing.length < 2 && html`<div class="charts">${values(tile)}${comparison(tile)}${evidence(tile)}</div>`}
    <p class="note soft">
      ${notes.join(' ')}${neededMinutes !== undefined && plan !== undefined && html` <a href="${plan}">What other steps would show</a>`}
    </p>
    ${reasons.map(({ text }) => html`<p class="note">${text}</p>`)}
  </article> `
}

const noiseText = (dispersion: number): string =>
  dispersion < 1.05
    ? 'Stable is as noisy as independent requests.'
    : `Noise learned from stable: ${short(dispersion)} times that of independent requests.`

const isSilent = ({ value, of }: MetricVerdict['canary']): boolean => value === undefined && of === undefined

const finite = (numbers: readonly (number | undefined)[]): readonly number[] =>
  numbers.flatMap((value) => (value !== undefined && Number.isFinite(value) ? [value] : []))

/** What a reader sees who points at a moment of a chart. */
const spotsOf = (
  history: readonly MetricLook[],
  textOf: (metric: MetricVerdict) => string,
): readonly Mark[] =>
  history.map(({ at, metric }) => ({
    at,
    text: `${new Date(at).toISOString().slice(11, 16)} UTC: ${textOf(metric)}`,
  }))

function values({ metric, history, time }: Tile): Html {
  const of = (arm: 'canary' | 'stable') =>
    history.map((look) => ({ at: look.at, value: look.metric[arm].value }))
  const [canary, stable] = [of('canary'), of('stable')]
  const seen = finite([...canary, ...stable].map(({ value }) => value))
  const top = Math.max(...seen, 0) * 1.1 || 1
  const toText = (value: number): string => armText(metric, { value })
  const picture = chart({
    ...time,
    label: `${metric.name}: canary and stable over time`,
    low: Math.min(...seen, 0) * 1.1,
    high: top,
    lines: [
      { style: 'stable', points: stable },
      { style: 'canary', points: canary },
    ],
    levels: [],
    toText,
    spots: spotsOf(
      history,
      (then) => `canary ${armText(then, then.canary)}, stable ${armText(then, then.stable)}`,
    ),
  })
  return html`<figure>
    <figcaption>
      <i class="key"></i>canary <i class="key stable"></i>stable, since the rollout began
    </figcaption>
    ${picture}
  </figure>`
}

/** Where a tolerance or margin lies on the chart. That of a conversion is a drop, that of a series a change. */
function lineAt({ kind, harm, difference }: MetricVerdict, limit: number): number {
  if (kind === 'conversion') return 1 - limit
  if (kind !== 'series') return limit
  return (difference === undefined ? 1 : 0) + (harm === 'down' ? -limit : limit)
}

function comparison({ metric, history, time }: Tile): Html {
  const isDifference = metric.difference !== undefined
  const of = ({ ratio, difference }: MetricVerdict): MetricVerdict['ratio'] =>
    isDifference ? difference : ratio
  const seen = history.flatMap((look) => {
    const found = of(look.metric)
    return found === undefined ? [] : [{ at: look.at, ...found }]
  })
  const margin =
    metric.margin === undefined ? [] : [{ style: 'pass' as const, value: lineAt(metric, metric.margin) }]
  const levels = [
    { style: 'alike' as const, value: isDifference ? 0 : 1 },
    { style: 'fail' as const, value: lineAt(metric, metric.tolerance) },
    ...margin,
  ]
  const last = seen.at(-1)
  const shown = finite([...levels.map(({ value }) => value), last?.estimate, last?.low, last?.high])
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  const room = isDifference ? (most - least || 1) * 0.3 : Math.max((most - least) * 0.3, 0.05)
  const words = isDifference ? ['minus', '−'] : ['divided by', '÷']
  const picture = chart({
    ...time,
    label: `${metric.name}: canary ${words[0]} stable, with its confidence band`,
    low: isDifference ? least - room : Math.max(least - room, 0),
    high: isDifference
      ? most + room
      : Math.min(most + room, Math.max(6, ...levels.map(({ value }) => value * 1.2))),
    lines: [
      {
        style: 'canary',
        points: history.map((look) => ({ at: look.at, value: of(look.metric)?.estimate })),
      },
    ],
    band: seen.filter(({ low, high }) => finite([low, high]).length === 2),
    levels,
    toText: (value) => (isDifference ? short(value) : `${short(value)}×`),
    spots: spotsOf(history, (look) => {
      const found = of(look)
      if (found === undefined) return isDifference ? 'no difference' : 'no ratio'
      const { estimate, low, high } = found
      return `${short(estimate)}${isDifference ? '' : '×'} (${short(low)} to ${short(high)})`
    }),
  })
  return html`<figure>
    <figcaption>
      canary ${words[1]} stable
      <i class="key limit"></i>tolerance${margin.length > 0 && html` <i class="key margin"></i>margin`}
    </figcaption>
    ${picture}
  </figure>`
}

/** The evidence on a scale of powers of ten, where equal distances mean equal factors. */
function evidence({ metric, history, time, failsAt, passesAt }: Tile): Html {
  const log = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.log10(Math.max(value, 1e-3))
  // without data the evidence is 1, which would look like a change of mind
  const harm = history.map(({ at, metric: then }) => ({
    at,
    value: isSilent(then.canary) ? undefined : log(then.evidence),
  }))
  const good = history.map((look) => ({ at: look.at, value: log(look.metric.passEvidence) }))
  const levels = [
    ...(failsAt === undefined ? [] : [{ style: 'fail' as const, value: Math.log10(failsAt) }]),
    ...(passesAt === undefined ? [] : [{ style: 'pass' as const, value: Math.log10(passesAt) }]),
  ]
  const high = Math.max(...levels.map(({ value }) => value), 1) + 0.5
  const picture = chart({
    ...time,
    label: `${metric.name}: evidence of harm and of being within the margin over time`,
    low: -1,
    high,
    lines: [
      { style: 'pass', points: good },
      { style: 'canary', points: harm },
    ],
    levels,
    toText: (value) => (Number.isInteger(value) ? short(10 ** value) : ''),
    spots: spotsOf(history, ({ evidence: harmful, passEvidence }) =>
      [
        `harm ${short(harmful)}`,
        ...(passEvidence === undefined ? [] : [`within margin ${short(passEvidence)}`]),
      ].join(', '),
    ),
  })
  return html`<figure>
    <figcaption>evidence <i class="key"></i>harm <i class="key margin"></i>within margin</figcaption>
    ${picture}
  </figure>`
}
