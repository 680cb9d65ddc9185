import { withoutOutcome } from '../../engine/model/words.ts'
import { framed, type Visit } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'
import { badge, time, weightBar } from '../parts/pieces.ts'
import type { Rollout, RolloutFilter, RolloutPage } from '../reading/read-rollouts.ts'

export interface Rollouts {
  readonly visit: Visit
  readonly filter: RolloutFilter
  /** Undefined where only closed runs are listed. */
  readonly open?: RolloutPage | undefined
  readonly closed?: RolloutPage | undefined
}

/** All rollouts, one line each, those in progress first. */
export function rolloutsPage({ visit, filter, open, closed }: Rollouts): string {
  const { base } = visit
  const lists = [list({ base, filter, title: 'Going on', isOpen: true, page: open })]
  lists.push(list({ base, filter, title: 'Ended', isOpen: false, page: closed }))
  const isEmpty = [open, closed].every((page) => page === undefined || page.items.length === 0)
  const isFirst = filter.after === undefined
  return framed({
    title: 'Rollouts',
    visit,
    here: 'rollouts',
    follows: isFirst,
    body: html`<h1>Rollouts</h1>
      ${filterForm(base, filter)} ${isEmpty ? nothing(base, filter, open?.next ?? closed?.next) : lists}`,
  })
}

/** For a token with several namespaces, which must choose one, as with the API. */
export function namespacesPage(visit: Visit, namespaces: readonly string[]): string {
  const { base } = visit
  const links = namespaces.map(
    (name) => html`<li><a href="${base}/?namespace=${encodeURIComponent(name)}">${name}</a></li>`,
  )
  const body = html`<h1>Rollouts</h1>
    <p>Choose a namespace of your token:</p>
    <ul>
      ${links}
    </ul>`
  return framed({ title: 'Rollouts', visit, here: 'rollouts', body })
}

interface List {
  readonly base: string
  readonly filter: RolloutFilter
  readonly title: string
  readonly isOpen: boolean
  readonly page: RolloutPage | undefined
}

function list({ base, filter, title, isOpen, page }: List): Html {
  if (page === undefined || (page.items.length === 0 && page.next === undefined)) return html``
  const more = page.next !== undefined && moreLink(base, { ...filter, open: isOpen, after: page.next })
  return html`<section>
    <h2>${title}</h2>
    <ul class="rollouts">
      ${page.items.map((item) => row(base, item))}
    </ul>
    ${more}
  </section>`
}

function row(base: string, { run, step, latest }: Rollout): Html {
  const weight = run.ending === 'promoted' ? 100 : (step?.weight ?? 0)
  const where = run.closedAt === undefined ? `${weight}%` : (run.ending ?? 'closed')
  return html`<li class="rollout">
    ${badge(latest?.verdict)}
    <div>
      <small>${run.namespace} /</small> <a href="${base}/runs/${encodeURIComponent(run.id)}">${run.name}</a>
      <small>${run.revision}</small>
    </div>
    <div>
      ${weightBar(weight)}<small>${step === undefined ? '' : `step ${step.index + 1} · `}${where}</small>
    </div>
    <p class="why">${latest === undefined ? 'not judged yet' : withoutOutcome(latest.summary)}</p>
    <small
      >${run.closedAt === undefined ? html`since ${time(run.start)}` : html`ended ${time(run.closedAt)}`}</small
    >
  </li> `
}

function filterForm(base: string, { namespace = '', name = '', verdict }: RolloutFilter): Html {
  const options = (['pass', 'fail', 'inconclusive'] as const).map(
    (word) => html`<option${word === verdict && html` selected`}>${word}</option>`,
  )
  return html`<form action="${base}/" method="get">
    <label>Namespace<input name="namespace" value="${namespace}" /></label>
    <label>Name<input name="name" value="${name}" /></label>
    <label
      >Verdict<select name="verdict">
        <option value="">any</option>
        ${options}
      </select></label
    >
    <button>Show</button>
  </form>`
}

function moreLink(base: string, filter: RolloutFilter): Html {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter)) if (value !== undefined) query.set(key, String(value))
  return html`<p><a href="${base}/?${query.toString()}">Older ones</a></p>`
}

function nothing(base: string, filter: RolloutFilter, next: string | undefined): Html {
  const { namespace, name, verdict, after } = filter
  if (next !== undefined)
    return html`<p>None among the latest ones.</p>
      ${moreLink(base, { ...filter, after: next })}`
  if ([namespace, name, verdict, after].some((value) => value !== undefined)) {
    return html`<div class="card">
      <p>No rollout is like that. <a href="${base}/">Show all</a></p>
    </div>`
  }
  return html`<div class="card">
    <h2>Nothing has been judged yet</h2>
    <p>
      A rollout appears here as soon as Argo Rollouts, Flagger or a pipeline asks for its first verdict. To
      ask by hand:
    </p>
    <pre tabindex="0">
curl -s "$JUDGE/v1/judge" --json '{"namespace": "shop", "name": "web", "canary": {"revision": "b"}, "stable": {"revision": "a"}}'</pre>
    <p>
      The <a href="${base}/policies">policies</a> say what is compared, and
      <a href="${base}/readyz">readyz</a> says whether Prometheus answers.
    </p>
  </div>`
}
