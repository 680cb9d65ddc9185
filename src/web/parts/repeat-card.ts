import type { Visit } from './frame.ts'
import { type Html, html } from './html.ts'
import type { Look } from '../reading/read-run.ts'

/** The command lines that repeat a verdict. */
export function repeatCard(
  { base, signedInAs }: Visit,
  { id, runId, recordingDigest }: Pick<Look, 'id' | 'runId' | 'recordingDigest'>,
): Html {
  const address = `/v1/verdicts/${encodeURIComponent(id)}`
  const token = signedInAs !== undefined && ' -H "Authorization: Bearer $TOKEN"'
  // the script of the page writes the address of this service in place of $JUDGE
  const curl = (path: string): Html =>
    html`curl -s${token} <span class="origin" data-base="${base}">$JUDGE</span>${path}`
  const policy = curl(`/runs/${encodeURIComponent(runId)}/policy.yaml`)
  const replay = ' |\n  canary-judge replay --policy policy.yaml --table'
  const commands =
    recordingDigest === undefined
      ? curl(address)
      : [policy, ' > policy.yaml\n', curl(`${address}/recording`), replay]
  return html`<section class="card">
    <h2>Repeat this verdict</h2>
    <pre tabindex="0">${commands}</pre>
    <p><a href="${base}${address}">The verdict as JSON</a></p>
  </section>`
}
