import { effectText, type MetricForecast, type Stages } from '../../engine/index.ts'
import type { PolicyLibrary } from '../../judge/ports/ports.ts'
import { chart } from '../parts/chart.ts'
import { framed, type Visit } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'
import type { PlanValues } from '../reading/read-plan.ts'

export interface PlanView {
  readonly visit: Visit
  readonly policies: PolicyLibrary
  readonly values: PlanValues
  readonly stages: Stages
  readonly metrics: readonly MetricForecast[]
  readonly left: readonly string[]
}

/** What each step of a rollout would show, with a form for other numbers. */
export function planPage({ visit, policies, values, stages, metrics, left }: PlanView): string {
  return framed({
    title: 'Plan',
    visit,
    here: 'plan',
    body: html`<h1>What would a rollout show?</h1>
      <p class="soft">
        The smallest harm that the judge finds, in at least 80 % of rollouts of a service like this.
      </p>
      ${form(visit.base, policies, values)}
      ${metrics.length === 0 ? nothing(values) : [table(stages, metrics), plots(metrics)]}
      ${left.length > 0 && html`<p class="note soft">Not planned: ${left.join(', ')}.</p>`} ${meaning}`,
  })
}

const meaning = html`<section class="card">
  <h2>What the lines mean</h2>
  <ul>
    <li><b>fails from</b>: from this size on, the judge has failed the rollout by the end of the step.</li>
    <li><b>held from</b>: or the step does not pass by itself, and a person is asked.</li>
    <li><b>ruled out above</b>: what the numbers of a healthy canary exclude by then.</li>
  </ul>
  <p class="note soft">
    Computed from formulae, within about 25 % of simulated rollouts. Trends, outages and a
    <code>limit</code> are not in them. <code>canary-judge plan --prometheus</code> measures your service, and
    <code>--patience 30m</code> proposes steps.
  </p>
</section>`

interface Field {
  readonly name: keyof PlanValues
  readonly label: string
  readonly least: number
  readonly most: number
}

const fields: readonly Field[] = [
  { name: 'rps', label: 'Requests a second', least: 0.01, most: 100_000 },
  { name: 'errors', label: 'Fail, %', least: 0, most: 50 },
  { name: 'p95', label: 'p95, ms', least: 1, most: 600_000 },
  { name: 'conversion', label: 'Convert, %', least: 0.01, most: 99 },
  { name: 'pods', label: 'Pods', least: 1, most: 500 },
  { name: 'spread', label: 'Pods differ by, %', least: 0, most: 100 },
  { name: 'minutes', label: 'Minutes a step', least: 1, most: 1440 },
]

function form(base: string, policies: PolicyLibrary, values: PlanValues): Html {
  const inputs = fields.map(
    ({ name, label, least, most }) =>
      html`<label
        >${label}<input
          class="number"
          type="number"
          name="${name}"
          min="${least}"
          max="${most}"
          step="any"
          value="${values[name] ?? ''}"
          ${name === 'minutes' && html` placeholder="auto"`}
      /></label> `,
  )
  const options = policies
    .list()
    .map(({ policy: { name } }) => html`<option${name === values.policy && html` selected`}>${name}</option>`)
  return html`<form action="${base}/plan" method="get">
    ${inputs}<label
      >Steps, % of traffic<input
        name="steps"
        pattern="[1-9][0-9]?(,[1-9][0-9]?){0,9}"
        title="Rising percents from 1 to 99, such as 5,25,50"
        value="${values.steps}" /></label
    ><label
      >Policy<select name="policy">
        ${options}
      </select></label
    >
    <button>Plan</button>
  </form>`
}

const nothing = ({ policy }: PlanValues): Html =>
  html`<div class="card">
    <p>Nothing can be planned: ${policy} judges neither errors nor latency nor conversion.</p>
  </div>`

function table({ weights, minutes }: Stages, metrics: readonly MetricForecast[]): Html {
  const heads = weights.map(
    (weight, i) => html`<th scope="col">${weight}%<br /><small>${minutes[i]} min</small></th>`,
  )
  const lines = [
    ['shown', 'fails from'],
    ['held', 'held from'],
    ['ruledOut', 'ruled out above'],
  ] as const
  const rows = metrics.flatMap(({ name, kind, steps }) =>
    lines
      .filter(([of]) => steps.some(({ [of]: effect }) => effect !== undefined))
      .map(([of, words]) => {
        const cells = steps.map(
          ({ [of]: effect }) => html`<td>${effect === undefined ? '–' : effectText(kind, effect)}</td>`,
        )
        return html`<tr>
          <th scope="row">${name} <small>${words}</small></th>
          ${cells}
        </tr>`
      }),
  )
  return html`<div class="scroll card" tabindex="0" role="group" aria-label="Table">
    <table class="cells">
      <thead>
        <tr>
          <th scope="col">by the end of</th>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

const minuteMs = 60_000

/** The smallest effect that fails the rollout, minute by minute, one picture for each metric. */
function plots(metrics: readonly MetricForecast[]): Html {
  const figures = metrics.map(({ name, kind, path, steps }) => {
    // doubling is one step of the axis: what is found shrinks fast at first
    const points = path.map(({ minute, shown }) => ({
      at: minute * minuteMs,
      value: shown === undefined ? undefined : Math.log2(shown - 1),
    }))
    const seen = points.flatMap(({ value }) => value ?? [])
    const toText = (value: number): string => effectText(kind, 1 + 2 ** value)
    const picture = chart({
      label: `${name}: the smallest harm that has failed the rollout, by minute`,
      from: 0,
      to: (path.at(-1)?.minute ?? 1) * minuteMs,
      low: Math.floor(Math.min(...seen, 0)),
      high: Math.ceil(Math.max(...seen, 1)),
      steps: steps.map(({ ends }, i) => ({
        from: (steps[i - 1]?.ends ?? 0) * minuteMs,
        to: ends * minuteMs,
      })),
      lines: [{ style: 'canary', points }],
      marks: [],
      levels: [],
      toText,
      isClock: false,
      spots: path.map(({ minute, shown }) => ({
        at: minute * minuteMs,
        text: `minute ${minute}: ${shown === undefined ? 'nothing' : effectText(kind, shown)}`,
      })),
    })
    return html`<figure>
      ${picture}
      <figcaption>${name}: fails from, by hours and minutes since the start; steps shaded</figcaption>
    </figure>`
  })
  return html`<section class="card"><div class="charts">${figures}</div></section>`
}
