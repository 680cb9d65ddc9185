import { type Html, html } from './html.ts'
import { marked } from '../pages/document-pages.ts'
import type { Look } from '../reading/read-run.ts'
import { reasonMeanings } from './reason-meanings.ts'

/** The reasons of a verdict, each with a link to its meaning and with what to do about it. */
export function reasonsCard(base: string, { body }: Pick<Look, 'body'>): Html {
  const lines = body.reasons.map(({ code, metric, text }, index) => {
    const isFirst = body.reasons.findIndex((reason) => reason.code === code) === index
    const todo = isFirst ? todoOf(code) : ''
    return html`<li>
      ${metric !== undefined && !text.startsWith(metric) && `${metric}: `}${text}
      <span class="soft"
        >(<a href="${base}/docs/reasons#${code}">${code}</a>)${todo !== '' && html` ${marked(todo)}`}</span
      >
    </li>`
  })
  return html`<section class="card">
    <h2>Reasons</h2>
    ${
      lines.length === 0
        ? html`<p>none</p>`
        : html`<ul>
            ${lines}
          </ul>`
    }
  </section>`
}

/** Empty for an unknown code, which another release may have kept. */
export const todoOf = (code: string): string => todos.get(code) ?? ''

const todos: ReadonlyMap<string, string> = new Map(
  Object.entries(reasonMeanings).map(([code, { todo = '' }]) => [code, todo]),
)
