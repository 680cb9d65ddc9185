import { problemTable } from '../../http/problems/problem-table.ts'
import { framed } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'
import { reasonMeanings } from '../parts/reason-meanings.ts'

/** Swagger UI from our own files, without inline scripts, so that a strict content policy is possible. */
export function docsPage(base: string): string {
  return framed({
    title: 'API',
    visit: { base },
    here: 'api',
    head: html`<link rel="stylesheet" href="${base}/docs/swagger-ui.css" />
      <script src="${base}/docs/swagger-ui-bundle.js" defer></script>
      <script src="${base}/docs/start.js" defer></script>`,
    body: html`<p class="soft">
        What each <a href="${base}/docs/errors">problem</a> and each
        <a href="${base}/docs/reasons">reason of a verdict</a> means
      </p>
      <div id="page" class="light"></div>`,
  })
}

export function startScript(base: string): string {
  const options = { url: `${base}/openapi.json`, dom_id: '#page', deepLinking: true, validatorUrl: null }
  return `window.ui = SwaggerUIBundle(${JSON.stringify(options)})\n`
}

/** The page to which the `type` of a problem links. */
export function errorsPage(base: string): string {
  const rows = Object.entries(problemTable).map(
    ([code, { status, title, meaning }]) =>
      html`<tr id="${code}">
        <td><code>${code}</code></td>
        <td>${status}</td>
        <td>${title}</td>
        <td>${marked(meaning)}</td>
      </tr> `,
  )
  return framed({
    title: 'Errors',
    visit: { base },
    here: 'api',
    body: html`<h1>Errors</h1>
      <p>
        Every error is problem JSON (RFC 9457); its <code>type</code> leads here. Under
        <code>/v1/flagger</code>, <code>/gate</code> and <code>/rollback</code> it is one plain line that
        begins with the code, and a browser gets a page.
      </p>
      ${table(['code', 'status', 'title', 'meaning'], rows)}`,
  })
}

/** The page to which the reasons of a verdict link. */
export function reasonsPage(base: string): string {
  const rows = Object.entries(reasonMeanings).map(
    ([code, { means, todo = '' }]) =>
      html`<tr id="${code}">
        <td><code>${code}</code></td>
        <td>${means}</td>
        <td>${marked(todo)}</td>
      </tr> `,
  )
  return framed({
    title: 'Reasons',
    visit: { base },
    here: 'api',
    body: html`<h1>Reasons of a verdict</h1>
      <p>Each verdict lists its reasons, the one that says most first. The list is closed.</p>
      ${table(['code', 'meaning', 'what to do'], rows)}`,
  })
}

function table(head: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll card" tabindex="0" role="group" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

/** Text with code between backquotes. */
export const marked = (text: string): readonly (Html | string)[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
