import type { LoadedPolicy, PolicyLibrary } from '../../judge/ports/ports.ts'
import { policyToYaml } from '../../formats/policy/policy-to-yaml.ts'
import { aaCard } from '../parts/aa-card.ts'
import { framed, type Visit } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'

/** The page of the loaded policies, and what each compares. */
export function policiesPage(visit: Visit, policies: PolicyLibrary): string {
  const cards = policies.list().map(
    ({ policy, origin, file }) =>
      html`<section class="card">
        <h2>
          <a href="${visit.base}/policies/${encodeURIComponent(policy.name)}">${policy.name}</a
          >${policy.name === policies.defaultName && html` <small>the default</small>`}
        </h2>
        <p>
          ${policy.metrics.map(({ name, kind }) => (name === kind ? name : `${name} (${kind})`)).join(', ')}
        </p>
        <small>${originText({ origin, file })}</small>
      </section> `,
  )
  return framed({
    title: 'Policies',
    visit,
    here: 'policies',
    body: html`<h1>Policies</h1>
      ${cards}`,
  })
}

/** The page of one policy, with every default written out. */
export function policyPage(
  visit: Visit,
  { policy, digest, origin, file, warnings, written, aa }: LoadedPolicy,
): string {
  const lines: readonly Html[] = warnings.map(
    ({ path, message }) => html`<li><code>${path}</code>: ${message}</li>`,
  )
  const inherited: readonly Html[] = Object.entries(written.from)
    .filter(([, from]) => from !== policy.name)
    .map(([path, from]) => html`<li><code>${path}</code>: ${from}</li>`)
  return framed({
    title: `${policy.name} · policy`,
    visit,
    here: 'policies',
    body: html`<h1>${policy.name}</h1>
      <p class="soft">${originText({ origin, file })} · digest ${digest.slice(0, 8)}</p>
      ${
        lines.length > 0 &&
        html`<section class="card">
          <h2>Warnings</h2>
          <ul>
            ${lines}
          </ul>
        </section>`
      }
      ${
        inherited.length > 0 &&
        html`<section class="card">
          <h2>Keys that come from elsewhere</h2>
          <ul>
            ${inherited}
          </ul>
        </section>`
      }
      ${aaCard(aa, digest)}
      <section class="card">
        <h2>With every default written out</h2>
        <pre tabindex="0">${policyToYaml(policy)}</pre>
      </section>`,
  })
}

const originText = ({ origin, file }: Pick<LoadedPolicy, 'origin' | 'file'>): string =>
  origin === 'bundled' ? `bundled, ${file}` : `your own, ${file}`
