import type { AaResult } from '../../formats/past/aa-result.ts'
import { type Html, html } from './html.ts'

/** How often the policy was wrong on the past of each service it was tried on. */
export function aaCard(results: readonly AaResult[], digest: string): Html | false {
  if (results.length === 0) return false
  return html`<section class="card">
    <h2>Tried on the past</h2>
    ${results.map((result) => section(result, digest))}
  </section>`
}

function section(
  { namespace, name, rollouts, from, to, healthy, releases, ...result }: AaResult,
  digest: string,
): Html {
  const isOlder = result.digest !== undefined && result.digest !== digest
  const found = releases.filter(({ shownBy }) => shownBy !== undefined)
  return html`<p>
      On <b>${namespace} / ${name}</b> it aborts ${within(healthy.aborted)} of healthy rollouts;
      ${within(healthy.promoted)} pass by themselves, ${within(healthy.asked)} ask a person.
    </p>
    <ul>
      ${found.map(({ release, promoted, minutesToStop }) =>
        minutesToStop === undefined
          ? html`<li>never finds ${release}</li>`
          : html`<li>
              finds ${release} in ${percent(1 - promoted)} of rollouts, half of these within ${minutesToStop}
              minutes
            </li>`,
      )}
    </ul>
    <p class="soft">
      ${rollouts} pretended rollouts of ${from.slice(0, 10)} to
      ${to.slice(0, 10)}${isOlder && ', judged by another version of this policy'}
    </p>`
}

const within = ({ share, low, high }: AaResult['healthy']['aborted']): string =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`

const percent = (share: number): string => `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))}%`
