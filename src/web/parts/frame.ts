import { hash } from 'node:crypto'
import type { Answer } from '../../http/route.ts'
import { type Html, html, toText, trusted } from './html.ts'
import { style } from './style.ts'

/** The reader of a page. */
export interface Visit {
  /** The path at which people reach the service, without a slash at the end. */
  readonly base: string
  /** The name of the token of the session. */
  readonly signedInAs?: string | undefined
  /** Whether a token would give the reader more rights. */
  readonly canSignIn?: boolean
  readonly canDecide?: boolean
  /** For every form that writes. */
  readonly csrf?: string
}

export interface Framed {
  readonly title: string
  readonly visit: Visit
  readonly here?: 'rollouts' | 'policies' | 'plan' | 'api'
  /** Whether the page refreshes itself. */
  readonly follows?: boolean
  /** The address of the events that report changes. */
  readonly events?: string | undefined
  readonly head?: Html | false
  readonly body: Html
}

/** The page contains its style, allowed by its hash, so that a saved or printed page needs no second file. */
const headersWith = (styles: string, pictures: string) =>
  ({
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src ${styles}'sha256-${hash('sha256', style, 'base64')}'`,
      `img-src 'self'${pictures}`,
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    // otherwise a browser would not name the page that sends a form
    'Referrer-Policy': 'same-origin',
  }) as const

export const pageHeaders = headersWith('', '')

/** The API page has a second style sheet, which contains pictures. */
export const apiPageHeaders = headersWith("'self' ", ' data:')

export const pageAnswer = (content: string, headers: typeof pageHeaders = pageHeaders): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  content,
  headers,
})

/** The first field of every form that writes. */
export const csrfField = ({ csrf = '' }: Visit): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}" />`

/** The frame of every page. */
export function framed({ title, visit, here, follows = false, events, head = false, body }: Framed): string {
  const { base } = visit
  const link = (path: string, words: string, isHere: boolean): Html =>
    html`<a href="${base}${path}" ${isHere && html` aria-current="page"`}>${words}</a>`
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · canary-judge</title>
<link rel="icon" type="image/png" href="${base}/docs/favicon-32x32.png">
${head}${follows && html`<noscript><meta http-equiv="refresh" content="60" /></noscript>`}<style>${trusted(style)}</style>
<script src="${base}/docs/pages.js" defer></script>
</head>
<body>
<nav aria-label="Pages"><b>canary-judge</b>${link('/', 'Rollouts', here === 'rollouts')}${link('/policies', 'Policies', here === 'policies')}${link('/plan', 'Plan', here === 'plan')}${link('/docs', 'API', here === 'api')}${signedIn(visit)}</nav>
<main${follows && html` data-follow=""`}${events !== undefined && html` data-events="${events}"`}>
${body}
</main>
</body>
</html>
`)
}

function signedIn(visit: Visit): Html | false {
  const { base, signedInAs, canSignIn } = visit
  if (signedInAs !== undefined) {
    return html`<form class="who" method="post" action="${base}/sign-out">
      ${csrfField(visit)}<span>${signedInAs}</span> <button>Sign out</button>
    </form>`
  }
  return canSignIn === true && html`<a class="who" href="${base}/sign-in">Sign in</a>`
}
