import type { SignedDecision } from '../../notify/links.ts'
import type { Decision, Run } from '../../judge/ports/ports.ts'
import { framed } from '../../web/parts/frame.ts'
import { html } from '../../web/parts/html.ts'

/** Asks once more: programs that show a link also fetch it, and may not decide. */
export function confirmPage(base: string, run: Run, { decision, override, step }: SignedDecision): string {
  const word = decision === 'approve' ? 'Approve' : 'Reject'
  const what = html`${step !== undefined && `step ${step + 1} of `}the rollout of <b>${run.revision}</b> to
    <b>${run.namespace}/${run.name}</b>`
  const title = `${word} ${run.namespace}/${run.name}?`
  return framed({
    title,
    visit: { base },
    body: html`<h1>${title}</h1>
      <p>
        ${word} ${what}.${override && ' It is judged fail: approving overrules that.'}
        <a href="${base}/runs/${encodeURIComponent(run.id)}">See the run</a> first.
      </p>
      <form method="post"><button>${word}</button></form>`,
  })
}

export function decidedPage(base: string, { decision, run, isNew }: Decided): string {
  const did = decision.kind === 'approve' ? 'Approved' : 'Rejected'
  const title = isNew ? `${did}: ${run.namespace}/${run.name}` : 'This message was used already'
  const when = new Date(decision.at).toISOString()
  return framed({
    title,
    visit: { base },
    body: html`<h1>${title}</h1>
      <p>
        ${did} at <time datetime="${when}">${when}</time>.
        <a href="${base}/runs/${encodeURIComponent(run.id)}">See the run</a>
      </p>`,
  })
}

export interface Decided {
  readonly run: Run
  readonly decision: Decision
  /** Whether the message was not used before. */
  readonly isNew: boolean
}
