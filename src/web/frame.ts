import { hash } from 'node:crypto'
import { type Html, html, toText, trusted } from './html.ts'
import { style } from './style.ts'

export interface Framed {
  readonly title: string
  /** The path at which people reach the service, without a slash at the end. */
  readonly base: string
  readonly here?: 'rollouts' | 'policies'
  /** Whether the page refreshes itself. */
  readonly follows?: boolean
  readonly body: Html
}

/** The page contains its style, allowed by its hash, so that a saved or printed page needs no second file. */
export const pageHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const

/** The frame of every page. */
export function framed({ title, base, here, follows = false, body }: Framed): string {
  const link = (path: string, words: string, isHere: boolean): Html =>
    html`<a href="${base}${path}" ${isHere && html` aria-current="page"`}>${words}</a>`
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · canary-judge</title>
<link rel="icon" type="image/png" href="${base}/docs/favicon-32x32.png">
<style>${trusted(style)}</style>
<script src="${base}/docs/pages.js" defer></script>
</head>
<body>
<nav aria-label="Pages"><b>canary-judge</b>${link('/', 'Rollouts', here === 'rollouts')}${link('/policies', 'Policies', here === 'policies')}${link('/docs', 'API', false)}</nav>
<main${follows && html` data-follow=""`}>
${body}
</main>
</body>
</html>
`)
}
