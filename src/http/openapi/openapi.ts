import { z } from 'zod'
import { examples } from './examples/examples.ts'
import { createJsonSchemas, type JsonSchemas } from './json-schemas.ts'
import { answersInLines } from '../problems/plain-line.ts'
import { problemSchema, problemType } from '../problems/problem-schema.ts'
import { problemTable } from '../problems/problem-table.ts'
import type { Route, RouteGroup } from '../route.ts'

export interface OpenApiOptions {
  readonly version: string
  readonly publicUrl?: string
}

/** The OpenAPI document of the route tables. */
export function openApi(groups: readonly RouteGroup[], { version, publicUrl }: OpenApiOptions) {
  const schemas = createJsonSchemas()
  const shown = groups
    .map((group) => ({ ...group, routes: group.routes.filter(({ hidden }) => !hidden) }))
    .filter(({ routes }) => routes.length > 0)
  return {
    openapi: '3.1.0',
    info: {
      title: 'canary-judge',
      version,
      description: 'Judges whether a canary is good: compares it with the stable version in Prometheus data.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: shown.map(({ name, description }) => ({ name, description })),
    paths: paths(shown, schemas),
    components: {
      schemas: schemas.components(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The token as password' },
      },
    },
  }
}

function paths(groups: readonly RouteGroup[], schemas: JsonSchemas): Readonly<Record<string, object>> {
  const rows = groups.flatMap(({ name, routes }) => routes.map((route) => ({ tag: name, route })))
  const byPath = Map.groupBy(rows, ({ route }) => route.path)
  return Object.fromEntries(
    [...byPath].map(([path, samePath]) => [
      path,
      Object.fromEntries(samePath.map(({ tag, route }) => [route.method, operation(tag, route, schemas)])),
    ]),
  )
}

function operation(tag: string, route: Route, schemas: JsonSchemas): object {
  const { operationId, summary, roles, body } = route
  return {
    operationId,
    summary,
    tags: [tag],
    ...(roles.length > 0 && { description: `Role: ${roles.join(' or ')}.` }),
    // Without tokens configured, judging and reading are open.
    security: roles.length === 0 ? [] : [{ bearer: [] }, { basic: [] }],
    parameters: [...parameters(route.params, 'path', schemas), ...parameters(route.query, 'query', schemas)],
    ...(body.form !== 'none' && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          body.types.map((type) => [
            type,
            { schema: schemas.of(body.schema, 'input'), ...exampleOf(examples[operationId]?.body) },
          ]),
        ),
      },
    }),
    responses: responses(route, schemas),
  }
}

function responses(route: Route, schemas: JsonSchemas): object {
  const { body, roles, answers, operationId } = route
  const good = Object.entries(answers).map(([status, { description, type, schema, alsoAs = [] }], place) => [
    status,
    {
      description,
      content: {
        [type]: {
          schema: schema ? schemas.of(schema, 'output') : { type: 'string' },
          ...(place === 0 && exampleOf(examples[operationId]?.answer)),
        },
        ...Object.fromEntries(alsoAs.map((other) => [other, { schema: { type: 'string' } }])),
      },
    },
  ])
  const codes = [
    'bad-request' as const,
    ...(roles.length > 0 ? (['unauthenticated', 'forbidden'] as const) : []),
    ...(body.form === 'none' ? [] : (['body-too-large', 'unsupported-media-type'] as const)),
    ...(route.limit === 'none' ? [] : (['rate-limited'] as const)),
  ]
  const type = answersInLines(route.path) ? 'text/plain' : problemType
  const schema =
    type === problemType ? schemas.of(problemSchema, 'output') : { type: 'string', maxLength: 299 }
  const bad = codes.map((code) => {
    const { status, title } = problemTable[code]
    return [String(status), { description: title, content: { [type]: { schema } } }]
  })
  return {
    ...Object.fromEntries([...bad, ...good]),
    default: { description: 'Any other error', content: { [type]: { schema } } },
  }
}

const exampleOf = (example: object | string | undefined): object => (example === undefined ? {} : { example })

function parameters(schema: z.ZodObject, where: 'path' | 'query', schemas: JsonSchemas): readonly object[] {
  const { required } = namesOfRequired.parse(schemas.of(schema, 'input'))
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = schemas.of(field, 'input')
    return {
      name,
      in: where,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

const namesOfRequired = z.object({ required: z.array(z.string()).default([]) })
