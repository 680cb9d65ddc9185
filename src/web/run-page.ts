import type { Step } from '../judge/ports/ports.ts'
import { decisionsCard } from './decisions-card.ts'
import { framed, type Visit } from './frame.ts'
import { type Html, html } from './html.ts'
import { metricTile } from './metric-tile.ts'
import { badge, time } from './pieces.ts'
import { marked } from './pages.ts'
import { reasonsCard, todoOf } from './reasons-card.ts'
import type { Look, RunView } from './read-run.ts'
import { runState } from './run-events.ts'

/** The page of one rollout: the verdict and its reason, the progress, the metrics, and the decisions. */
export function runPage(visit: Visit, view: RunView): string {
  const { run, looks } = view
  const { base } = visit
  const latest = looks.at(-1)
  const { namespace, name, revision, stableRevision, policy, policyDigest } = run
  return framed({
    title: `${latest?.verdict ?? 'not judged'} · ${name}`,
    visit,
    here: 'rollouts',
    ...(run.closedAt === undefined && { follows: true, events: eventsAddress(base, view) }),
    body: html`<p class="crumb">
        ${namespace} / ${name} · revision
        ${revision}${stableRevision !== undefined && ` against ${stableRevision}`} · policy
        <a href="${base}/policies/${encodeURIComponent(policy)}">${policy}</a> (${policyDigest.slice(0, 8)}) ·
        began ${time(run.start)}
      </p>
      ${headline(latest)}
      <p class="soft">${state(view)}</p>
      ${latest !== undefined && todo(latest)} ${ladder(view)} ${strip(base, looks)}
      ${latest !== undefined && tiles(view, latest)}
      <div class="two">
        ${latest !== undefined && reasonsCard(base, latest)}${decisionsCard(visit, view)}${latest !== undefined && repeatCard(base, latest)}
      </div>`,
  })
}

function eventsAddress(base: string, { run, looks, decisions }: RunView): string {
  const seen = runState(run, looks.at(-1), decisions)
  return `${base}/runs/${encodeURIComponent(run.id)}/events?seen=${encodeURIComponent(seen)}`
}

export function headline(latest: Pick<Look, 'verdict' | 'summary'> | undefined): Html {
  if (latest === undefined) return html`<h1>Not judged yet</h1>`
  const why = latest.summary.replace(/^(pass|fail|inconclusive): /, '')
  return html`<h1><em class="${latest.verdict}">${latest.verdict}:</em> ${why}</h1>`
}

function state({ run, looks, decisions }: RunView): Html {
  const latest = looks.at(-1)
  const looked = latest === undefined ? '' : html`Looked last ${time(latest.createdAt)}. `
  if (run.closedAt !== undefined) {
    return html`${looked}It ended ${time(run.closedAt)}: ${run.ending ?? 'closed'}.`
  }
  const next = {
    pass: 'The controller goes on to the next step.',
    fail: 'The controller takes the canary back.',
    inconclusive: 'The controller asks again; the step goes on.',
  } as const
  const decided = decisions.at(-1)
  const isNew = decided !== undefined && decided.at >= (latest?.createdAt ?? 0)
  const then = latest === undefined ? '' : next[latest.verdict]
  return html`${looked}${isNew ? `The ${decided.kind} by ${decided.by} counts from the next look on.` : then}
  This page follows by itself.`
}

/** The advice of the first reason that has one. */
function todo({ body }: Look): Html | false {
  const text = body.reasons.map(({ code }) => todoOf(code)).find((each) => each !== '')
  return text !== undefined && html`<p class="todo"><b>What to do:</b> ${marked(text)}</p>`
}

function ladder({ steps, looks }: RunView): Html {
  const next = steps.at(-1)?.next
  return html`<ol class="ladder" aria-label="Steps">
    ${steps.map((step, index) => rung(step, steps[index + 1], looks))}${
      next !== undefined &&
      html`<li class="rung next">
        <b>${next}%</b>
        <p>next</p>
      </li>`
    }
  </ol>`
}

function rung(step: Step, following: Step | undefined, looks: readonly Look[]): Html {
  const until = following?.startedAt ?? Infinity
  const said = looks.findLast(({ at }) => at > step.startedAt && at <= until)
  const verdict = step.passedAt === undefined ? said?.verdict : 'pass'
  const when =
    step.passedAt === undefined ? html`since ${time(step.startedAt)}` : html`passed ${time(step.passedAt)}`
  return html`<li class="rung ${verdict ?? 'none'}">
    <b>${step.weight === undefined ? `step ${step.index + 1}` : `${step.weight}%`}</b> ${badge(verdict)}
    <p>${when}</p>
  </li>`
}

const heights = { pass: 10, inconclusive: 18, fail: 26 } as const

/** Every look as a bar: the worse the verdict, the higher the bar. */
function strip(base: string, looks: readonly Look[]): Html {
  if (looks.length === 0) return html``
  const bars = looks.map(({ verdict, at }, index) => {
    const height = heights[verdict]
    const title = `${new Date(at).toISOString().slice(11, 16)} UTC: ${verdict}`
    return html`<rect class="${verdict}" x="${index}" y="${26 - height}" width="0.8" height="${height}"
      ><title>${title}</title></rect
    >`
  })
  const changes = looks.filter(({ verdict }, index) => verdict !== looks[index - 1]?.verdict)
  return html`<figure>
      <figcaption>${looks.length} looks, the worse the higher</figcaption>
      <svg
        class="strip"
        viewBox="0 0 ${Math.max(looks.length, 30)} 26"
        preserveAspectRatio="none"
        role="img"
        aria-label="The verdict of each look; the list of changes says the same"
      >
        ${bars}
      </svg>
    </figure>
    <details>
      <summary>When the verdict changed</summary>
      <ul>
        ${changes.map(
          ({ id, verdict, at, summary }) =>
            html`<li>
              ${time(at)} ${badge(verdict)}
              <a href="${base}/verdicts/${encodeURIComponent(id)}">${summary}</a>
            </li>`,
        )}
      </ul>
    </details>`
}

const mostPoints = 90

function tiles({ run, steps, looks, limits }: RunView, latest: Look): Html {
  const to = latest.at
  const span = {
    from: run.start,
    to,
    steps: steps.map(({ startedAt }, index) => ({ from: startedAt, to: steps[index + 1]?.startedAt ?? to })),
  }
  const every = Math.ceil(looks.length / mostPoints)
  const shown = looks.filter((_, index) => (looks.length - 1 - index) % every === 0)
  const all = latest.body.metrics.map((metric) => {
    const history = shown.flatMap(({ at, body }) => {
      const then = body.metrics.find(({ name }) => name === metric.name)
      return then === undefined ? [] : [{ at, metric: then }]
    })
    const { failsAt, passesAt } = limits.get(metric.name) ?? {}
    return {
      isRequired: metric.required,
      html: metricTile({ metric, history, time: span, failsAt, passesAt }),
    }
  })
  const watched = all.filter(({ isRequired }) => !isRequired)
  return html`<h2>Metrics <small class="zone">times in UTC</small></h2>
    ${all.filter(({ isRequired }) => isRequired).map((one) => one.html)}
    ${
      watched.length > 0 &&
      html`<details>
        <summary>${watched.length} not required for a pass</summary>
        ${watched.map((one) => one.html)}
      </details>`
    }`
}

export function repeatCard(
  base: string,
  { id, recordingDigest }: Pick<Look, 'id' | 'recordingDigest'>,
): Html {
  const address = `/v1/verdicts/${encodeURIComponent(id)}`
  const commands =
    recordingDigest === undefined
      ? `curl -s $JUDGE${address}`
      : `curl -s $JUDGE${address}/recording |\n  canary-judge replay --policy policy.yaml --table`
  return html`<section class="card">
    <h2>Repeat this verdict</h2>
    <p>
      Where <code>$JUDGE</code> is the address of this service, and <code>policy.yaml</code> the policy of
      this run:
    </p>
    <pre tabindex="0">${commands}</pre>
    <p><a href="${base}${address}">The verdict as JSON</a></p>
  </section>`
}
