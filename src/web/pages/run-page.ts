import { withoutOutcome } from '../../engine/model/words.ts'
import type { Run, Step } from '../../judge/ports/ports.ts'
import { decisionsCard } from '../parts/decisions-card.ts'
import { framed, type Visit } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'
import { looksStrip } from '../parts/looks-strip.ts'
import { metricTiles } from '../parts/metric-tiles.ts'
import { badge, time } from '../parts/pieces.ts'
import { repeatCard } from '../parts/repeat-card.ts'
import { marked } from './document-pages.ts'
import { reasonsCard, todoOf } from '../parts/reasons-card.ts'
import type { Look, RunView } from '../reading/read-run.ts'
import { runState } from '../reading/run-states.ts'

/** The page of one rollout: the verdict and its reason, the progress, the metrics, and the decisions. */
export function runPage(visit: Visit, view: RunView): string {
  const { run, looks } = view
  const { base } = visit
  const latest = looks.at(-1)
  const isAsked = run.closedAt === undefined && visit.canDecide === true && waitsForPerson(latest)
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
        began ${time(run.start)}${labelsText(run.labels)}
      </p>
      ${headline(latest)}
      ${latest?.body.winner !== undefined && html`<p class="soft">${sentence(latest.body.winner.text)}</p>`}
      <p class="soft">${state(view)}</p>
      ${latest !== undefined && todo(latest)} ${isAsked && decisionsCard(visit, view)} ${ladder(view)}
      ${looksStrip(base, looks)} ${latest !== undefined && metricTiles(base, view, latest)}
      <div class="two">
        ${latest !== undefined && reasonsCard(base, latest)}${!isAsked && decisionsCard(visit, view)}${latest !== undefined && repeatCard(visit, latest)}
      </div>`,
  })
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** What the caller says of the release, such as its image and its commit. */
const labelsText = (labels: Run['labels'] = {}): string =>
  Object.entries(labels)
    .map(([name, value]) => ` · ${name} ${value}`)
    .join('')

function eventsAddress(base: string, { run, looks, decisions }: RunView): string {
  const seen = runState(run, looks.at(-1), decisions)
  return `${base}/runs/${encodeURIComponent(run.id)}/events?seen=${encodeURIComponent(seen)}`
}

export function headline(latest: Pick<Look, 'verdict' | 'summary'> | undefined): Html {
  if (latest === undefined) return html`<h1>Not judged yet</h1>`
  const { verdict, summary } = latest
  return html`<h1><em class="${verdict}">${verdict}:</em> ${withoutOutcome(summary)}</h1>`
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
    inconclusive: waitsForPerson(latest)
      ? 'The step waits for a person.'
      : 'The controller asks again; the step goes on.',
  } as const
  const decided = decisions.at(-1)
  const isNew = decided !== undefined && decided.at >= (latest?.createdAt ?? 0)
  const then = latest === undefined ? '' : next[latest.verdict]
  return html`${looked}${isNew ? `The ${decided.kind} by ${decided.by} counts from the next look on.` : then}
  This page follows by itself.`
}

const askingCodes: ReadonlySet<string> = new Set(['approval-needed', 'hold-expired', 'held', 'mode-pause'])

const waitsForPerson = (latest: Look | undefined): boolean =>
  latest?.verdict === 'inconclusive' && latest.body.reasons.some(({ code }) => askingCodes.has(code))

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
