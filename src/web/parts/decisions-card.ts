import type { Decision } from '../../judge/ports/ports.ts'
import { csrfField, type Visit } from './frame.ts'
import { type Html, html } from './html.ts'
import { time } from './pieces.ts'
import type { RunView } from '../reading/read-run.ts'

/** The decisions of people about a run, and a form for readers who may decide. */
export function decisionsCard(visit: Visit, view: RunView): Html {
  const { decisions, run } = view
  const isAsked = visit.canDecide === true && run.closedAt === undefined
  return html`<section class="card" id="decisions">
    <h2>${isAsked ? 'Decide' : 'Decisions of people'}</h2>
    ${isAsked && decideForm(visit, view)}
    ${
      decisions.length === 0
        ? html`<p class="soft">There are no decisions about this rollout.</p>`
        : html`<ul>
            ${decisions.map(line)}
          </ul>`
    }
  </section>`
}

const line = ({ kind, by, reason, at, scope, step, override }: Decision): Html =>
  html`<li>
    ${time(at)} <b>${kind}</b> by
    ${by}${scope === 'step' && step !== undefined ? ` for step ${step + 1}` : ' for the run'}${override && ', although it failed'}:
    ${reason}
  </li>`

function decideForm(visit: Visit, { run, looks, decisions }: RunView): Html {
  const failed = looks.at(-1)?.judged === 'fail'
  const canClear = decisions.length > 0 && decisions.at(-1)?.kind !== 'clear'
  return html`<form
    class="decide"
    method="post"
    action="${visit.base}/runs/${encodeURIComponent(run.id)}/decisions"
  >
    ${csrfField(visit)}
    <label class="wide">Why<input name="reason" required maxlength="1000" autocomplete="off" /></label>
    <label class="box"><input type="checkbox" name="whole" value="yes" /> for all later steps too</label>
    ${
      failed &&
      html`<label class="box"
        ><input type="checkbox" name="override" value="yes" /> approve although it failed</label
      >`
    }
    <p class="buttons">
      <button name="decision" value="approve" class="go">Approve</button>
      <button name="decision" value="hold">Hold</button>
      <button name="decision" value="reject" class="stop">Reject</button>
      ${canClear && html`<button name="decision" value="clear">Clear</button>`}
    </p>
    <p class="note soft">
      Approve lets this step pass, hold keeps it where it is, reject takes the canary
      back${canClear && ', clear takes back what was decided'}. Kept with your name, and in force when the
      controller asks next.
    </p>
  </form>`
}
