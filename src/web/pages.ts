import { problemTable } from '../http/problems/problem-table.ts'

/** Swagger UI from our own files, without inline scripts, so that a strict content policy is possible. */
export function docsPage(base: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>canary-judge: API</title>
<link rel="icon" type="image/png" href="${base}/docs/favicon-32x32.png">
<link rel="stylesheet" href="${base}/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="${base}/docs/swagger-ui-bundle.js"></script>
<script src="${base}/docs/start.js"></script>
</body>
</html>
`
}

export function startScript(base: string): string {
  const options = { url: `${base}/openapi.json`, dom_id: '#page', deepLinking: true, validatorUrl: null }
  return `window.ui = SwaggerUIBundle(${JSON.stringify(options)})\n`
}

/** The page to which the `type` of a problem links. */
export function errorsPage(): string {
  const rows = Object.entries(problemTable).map(
    ([code, { status, title, meaning }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td><td>${marked(meaning)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>canary-judge: errors</title></head>
<body>
<h1>Errors</h1>
<p>Every error is problem JSON (RFC 9457); its <code>type</code> leads here. Under <code>/v1/flagger</code>,
<code>/gate</code> and <code>/rollback</code> it is one plain line that begins with the code.</p>
<table>
<thead><tr><th>code</th><th>status</th><th>title</th><th>meaning</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`
}

const marked = (text: string): string => text.replaceAll(/`([^`]+)`/g, '<code>$1</code>')
