import { type Html, html } from './html.ts'
import { type Mark, thinned } from './chart.ts'
import { metricTile } from './metric-tile.ts'
import type { Look, RunView } from '../reading/read-run.ts'

const mostPoints = 90

/** A tile for each metric of the latest look; metrics that are only watched are folded. */
export function metricTiles(base: string, { run, steps, looks, limits }: RunView, latest: Look): Html {
  const to = latest.at
  const span = {
    from: run.start,
    to,
    marks: flaws(looks),
    steps: steps.map(({ startedAt }, index) => ({ from: startedAt, to: steps[index + 1]?.startedAt ?? to })),
  }
  const plan = `${base}/plan?policy=${encodeURIComponent(run.policy)}`
  const shown = thinned(looks, mostPoints)
  const all = latest.body.metrics.map((metric) => {
    const history = shown.flatMap(({ at, body }) => {
      const then = body.metrics.find(({ name }) => name === metric.name)
      return then === undefined ? [] : [{ at, metric: then }]
    })
    const { failsAt, passesAt } = limits.get(metric.name) ?? {}
    return {
      isRequired: metric.required,
      html: metricTile({ metric, history, time: span, failsAt, passesAt, plan }),
    }
  })
  const watched = all.filter(({ isRequired }) => !isRequired)
  return html`<h2>Metrics <small class="zone">times in UTC</small></h2>
    ${all.filter(({ isRequired }) => isRequired).map((one) => one.html)}
    ${
      watched.length > 0 &&
      html`<details>
        <summary>
          ${watched.length === 1 ? 'One metric' : `${watched.length} metrics`} not required for a pass
        </summary>
        ${watched.map((one) => one.html)}
      </details>`
    }`
}

const flawCodes: ReadonlySet<string> = new Set([
  'gap',
  'counter-reset',
  'restarting',
  'late-samples',
  'clock-skew',
  'bad-samples',
  'source-down',
  'source-timeout',
  'source-refused',
  'source-partial',
  'source-invalid',
])

/** The looks at which a flaw of the data, such as a gap or a restart, was seen first. */
function flaws(looks: readonly Look[]): readonly Mark[] {
  return looks.flatMap(({ at, body }, index) => {
    const before = new Set<string>(looks[index - 1]?.body.reasons.map(({ code }) => code))
    const fresh = body.reasons.filter(({ code }) => flawCodes.has(code) && !before.has(code))
    return fresh.length === 0 ? [] : [{ at, text: fresh.map(({ text }) => text).join('; ') }]
  })
}
