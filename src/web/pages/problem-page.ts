import type { ProblemPageOf } from '../../http/create-handler.ts'
import type { HttpSettings } from '../../http/http-settings.ts'
import type { Problem } from '../../http/problems/problem.ts'
import { problemTable } from '../../http/problems/problem-table.ts'
import { framed, pageHeaders, type Visit } from '../parts/frame.ts'
import { html } from '../parts/html.ts'
import { safeNext, signInForm } from './sign-in-page.ts'
import { basePath } from '../routes/visit-of.ts'

/** Makes the pages that browsers get in place of problem JSON. */
export function problemPages(settings: () => HttpSettings): ProblemPageOf {
  return async (problem, { path, isFromElsewhere, session }) => {
    const base = basePath(settings())
    const content =
      problem.code === 'unauthenticated'
        ? signInFirst({ base, csrf: await session.formToken() }, path, isFromElsewhere)
        : problemPage({ base }, problem)
    return { content, headers: pageHeaders }
  }
}

function problemPage(visit: Visit, { code, status, title, detail, issues = [], requestId }: Problem): string {
  return framed({
    title,
    visit,
    body: html`<h1>${title}</h1>
      <div class="card">
        <p>${detail}</p>
        ${
          issues.length > 0 &&
          html`<ul>
            ${issues.map(({ path, message }) => html`<li><code>${path}</code>: ${message}</li>`)}
          </ul>`
        }
        <p class="soft">${problemTable[code].meaning.replaceAll('`', '')}</p>
        <p class="soft">
          Status ${status}, <a href="${visit.base}/docs/errors#${code}">${code}</a>, request ${requestId}
        </p>
      </div>
      <p>
        <a href="${visit.base}/">All rollouts</a>${
          code === 'forbidden' && html` · <a href="${visit.base}/sign-in">Sign in with another token</a>`
        }
      </p>`,
  })
}

/** The page for a browser without a session: it asks for a token and then shows the page that was asked for. */
function signInFirst(visit: Visit, path: string, isFromElsewhere: boolean): string {
  return framed({
    title: 'Sign in',
    visit,
    // a request from a link of another site has no cookie, so the page loads once more from this site
    head: isFromElsewhere && html`<meta http-equiv="refresh" content="0" />`,
    body: html`<h1>Sign in to see this page</h1>
      ${signInForm(visit, safeNext(path.replace(/\/decisions$/, '')))}`,
  })
}
