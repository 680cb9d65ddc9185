import { csrfField, framed, type Visit } from '../parts/frame.ts'
import { type Html, html } from '../parts/html.ts'

/** The page where a person signs in with a token; `next` is the path of the page after that. */
export function signInPage(visit: Visit, next: string, mistake?: string): string {
  return framed({
    title: 'Sign in',
    visit,
    body: html`<h1>Sign in</h1>
      ${mistake !== undefined && html`<p role="alert" class="fail">${mistake}</p>`} ${signInForm(visit, next)}`,
  })
}

export function signInForm(visit: Visit, next: string): Html {
  return html`<form class="card sign-in" method="post" action="${visit.base}/sign-in">
    ${csrfField(visit)}<input type="hidden" name="next" value="${next}" />
    <input autocomplete="username" hidden />
    <label
      >Token<input
        name="token"
        type="password"
        required
        autocomplete="current-password"
        minlength="16"
        maxlength="1024"
    /></label>
    <button>Sign in</button>
    <p class="soft">
      One of the tokens in this service's configuration. The session lasts 12 hours, and ends with the token.
    </p>
  </form>`
}

/** The path if it is one of this service, else the front page: an address must not redirect to another site. */
export function safeNext(next: string): string {
  const here = 'http://here.invalid'
  const isPath = next.startsWith('/') && URL.canParse(next, here) && new URL(next, here).origin === here
  if (!isPath) return '/'
  const { pathname, search } = new URL(next, here)
  return pathname.startsWith('//') ? '/' : `${pathname}${search}`
}
