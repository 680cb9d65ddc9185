import { z } from 'zod'
import { namespaceToList } from '../../http/auth/namespace-access.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type Route, type RouteGroup } from '../../http/route.ts'
import { nameField, namespaceField } from '../../http/schemas/fields.ts'
import type { VerdictStore } from '../../judge/ports/ports.ts'
import { csvOf, jsonLinesOf } from './export-rows.ts'

export interface ExportDeps {
  readonly store: () => VerdictStore
}

const defaultMost = 1000
const query = z.strictObject({
  namespace: namespaceField.exactOptional(),
  name: nameField.exactOptional(),
  limit: z
    .string()
    .regex(/^([1-9]\d{0,3}|10000)$/, 'expected a whole number from 1 to 10000')
    .transform(Number)
    .pipe(z.int())
    .describe(`How many runs, up to 10000; ${defaultMost} by default`)
    .exactOptional(),
})

/** Who rolled out what, when and why, for audits and spreadsheets. */
export function exportRoutes(deps: ExportDeps): RouteGroup {
  return {
    name: 'exports',
    description: 'Runs with revision, labels, policy digest, verdicts and decisions, newest first',
    routes: [
      exportRoute(deps, {
        path: '/v1/runs.csv',
        operationId: 'exportRunsAsCsv',
        summary: 'Runs as CSV, one a row',
        type: 'text/csv; charset=utf-8',
        piecesOf: csvOf,
      }),
      exportRoute(deps, {
        path: '/v1/runs.jsonl',
        operationId: 'exportRunsAsJsonLines',
        summary: 'Runs as JSON lines, with steps and the latest 200 verdicts of each',
        type: 'application/jsonl; charset=utf-8',
        piecesOf: jsonLinesOf,
      }),
    ],
  }
}

interface Format {
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly type: string
  readonly piecesOf: typeof csvOf
}

function exportRoute({ store }: ExportDeps, { type, piecesOf, ...format }: Format): Route {
  return route({
    ...format,
    roles: ['read'],
    limit: 'read',
    method: 'get',
    params: noInput,
    query,
    body: noBody,
    answers: { 200: { description: 'The runs', type: type.replace(/;.*/, '') } },
    handle({ query: { limit = defaultMost, namespace: asked, ...filter }, caller }) {
      const namespace = namespaceToList(caller, asked)
      const pieces = piecesOf(store(), { ...filter, ...(namespace !== undefined && { namespace }) }, limit)
      return { status: 200, type, pieces }
    },
  })
}
