import { framed, type Visit } from '../parts/frame.ts'
import type { StoredVerdict } from '../../judge/ports/ports.ts'
import { type Html, html } from '../parts/html.ts'
import {
  dataFacts,
  metricCells,
  metricHead,
  policyFacts,
  stepText,
  winnerFacts,
} from '../parts/judgement-text.ts'
import { time } from '../parts/pieces.ts'
import { hasJudgement } from '../../judge/model/judgement.ts'
import type { Look } from '../reading/read-run.ts'
import { reasonsCard } from '../parts/reasons-card.ts'
import { repeatCard } from '../parts/repeat-card.ts'
import { headline } from './run-page.ts'

/** The page of one verdict as it was answered, with its numbers as a table if it has them. */
export function verdictPage(visit: Visit, stored: StoredVerdict): string {
  const { verdict, judged, score, at, runId } = stored
  const { base } = visit
  const look = hasJudgement(stored) ? stored : undefined
  return framed({
    title: `${verdict} · verdict`,
    visit,
    here: 'rollouts',
    body: html`<p class="crumb">
        <a href="${base}/runs/${encodeURIComponent(runId)}">The rollout</a> · data up to ${time(at)}
      </p>
      ${headline(stored)}
      <p class="soft">judged ${judged} · score ${Math.round(score)}${look && facts(look)}</p>
      ${look && metricsCard(look)}
      <div class="two">${look && reasonsCard(base, look)}${repeatCard(visit, stored)}</div>`,
  })
}

const facts = ({ body }: Look): readonly string[] => [
  ` · step ${stepText(body)}`,
  ...[...winnerFacts(body), ...policyFacts(body), ...dataFacts(body)].map(
    ([name, value]) => ` · ${name} ${value}`,
  ),
]

function metricsCard({ body }: Look): Html {
  const cells = body.metrics.map(metricCells)
  return html`<section class="card">
    <h2>Metrics</h2>
    <div class="scroll" tabindex="0" role="group" aria-label="Metrics">
      <table>
        <thead>
          <tr>
            ${metricHead.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${cells.map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
