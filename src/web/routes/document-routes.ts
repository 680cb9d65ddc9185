import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { HttpSettings } from '../../http/http-settings.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { openApi } from '../../http/openapi/openapi.ts'
import { type Answer, route, type Route, type RouteGroup } from '../../http/route.ts'
import { apiPageHeaders, pageAnswer, pageHeaders } from '../parts/frame.ts'
import { docsPage, errorsPage, reasonsPage, startScript } from '../pages/document-pages.ts'
import { basePath } from './visit-of.ts'

export interface DocumentDeps {
  /** All groups of the service, this one included. */
  readonly groups: () => readonly RouteGroup[]
  readonly settings: () => HttpSettings
  readonly version: string
}

const open = {
  method: 'get',
  roles: [],
  limit: 'none',
  params: noInput,
  query: noInput,
  body: noBody,
} as const

export function documentRoutes({ groups, settings, version }: DocumentDeps): RouteGroup {
  const base = (): string => basePath(settings())
  return {
    name: 'documents',
    description: 'The description of the API, and pages about errors and reasons',
    routes: [
      route({
        ...open,
        path: '/openapi.json',
        operationId: 'getOpenApi',
        summary: 'This document',
        answers: {
          200: { description: 'OpenAPI 3.1', type: 'application/json', schema: z.looseObject({}) },
        },
        handle: () => ({ status: 200, json: openApi(groups(), { version, ...settings() }) }),
      }),
      page('/docs', 'showDocs', 'The interface, to read and to try', () => docsPage(base())),
      page('/docs/errors', 'showErrors', 'What each problem means', () => errorsPage(base())),
      page('/docs/reasons', 'showReasons', 'What each reason of a verdict means', () => reasonsPage(base())),
      script('/docs/start.js', 'showStart', () => startScript(base())),
      asset('swagger-ui.css', 'text/css; charset=utf-8'),
      asset('swagger-ui-bundle.js', 'text/javascript; charset=utf-8'),
      asset('favicon-32x32.png', 'image/png'),
    ],
  }
}

function page(path: string, operationId: string, summary: string, html: () => string): Route {
  return route({
    ...open,
    path,
    operationId,
    summary,
    answers: { 200: { description: 'A page', type: 'text/html' } },
    handle: () => pageAnswer(html(), path === '/docs' ? apiPageHeaders : pageHeaders),
  })
}

function script(path: string, operationId: string, content: () => string): Route {
  const type = 'text/javascript; charset=utf-8'
  return hidden(path, operationId, type, () => ({ status: 200, type, content: content() }))
}

/** A file of swagger-ui-dist, read when it is first asked for. */
function asset(file: string, type: string): Route {
  let content: Promise<Buffer> | undefined
  return hidden(`/docs/${file}`, `show-${file}`, type, async () => {
    content ??= readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)))
    return { status: 200, type, content: await content, headers: { 'Cache-Control': 'public, max-age=3600' } }
  })
}

function hidden(
  path: string,
  operationId: string,
  type: string,
  handle: () => Answer | Promise<Answer>,
): Route {
  return route({
    ...open,
    path,
    operationId,
    summary: 'Part of the page at /docs',
    hidden: true,
    answers: { 200: { description: 'The file', type } },
    handle,
  })
}
