import type { Judgement } from '../../judge/model/judgement.ts'
import { escaped } from '../parts/html.ts'
import {
  dataFacts,
  keptText,
  metricCells,
  metricHead,
  policyFacts,
  stepText,
  winnerFacts,
} from '../parts/judgement-text.ts'

/** The verdict as a plain page without scripts and styles, so that it loads nothing. */
export function judgementPage(judgement: Judgement): string {
  const { summary, verdict, judged, score, run, window, links, reasons, decisions, metrics } = judgement
  const facts: readonly (readonly string[])[] = [
    ['verdict', verdict],
    ['judged', judged],
    ...winnerFacts(judgement),
    ['score', String(Math.round(score))],
    ...policyFacts(judgement),
    ['step', stepText(judgement)],
    ['window', `${window.from} to ${window.to}`],
    ...dataFacts(judgement),
    ['kept', keptText(judgement)],
  ]
  const places = [
    links.run === undefined ? escaped(run) : link(links.run, run),
    ...(links.verdict === undefined ? [] : [link(links.verdict, 'this verdict')]),
    ...(links.recording === undefined ? [] : [link(links.recording, 'recording')]),
  ]
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(`canary-judge: ${verdict}, ${run}`)}</title></head>
<body>
<h1>${escaped(summary)}</h1>
<p>${places.join(', ')}</p>
${table(['fact', 'value'], facts)}
<h2>Metrics</h2>
${table(metricHead, metrics.map(metricCells))}
<h2>Reasons</h2>
${table(
  ['code', 'metric', 'text'],
  reasons.map(({ code, metric, text }) => [code, metric ?? '', text]),
)}
<h2>Decisions</h2>
${table(
  ['decision', 'scope', 'by', 'reason', 'at'],
  decisions.map(({ decision, scope, by, reason, at }) => [decision, scope, by, reason, at]),
)}
</body>
</html>
`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>none</p>'
  const line = (tag: 'th' | 'td', cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
  return `<table>\n${[line('th', head), ...rows.map((row) => line('td', row))].join('\n')}\n</table>`
}

const link = (address: string, words: string): string => `<a href="${escaped(address)}">${escaped(words)}</a>`
