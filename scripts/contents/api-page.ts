import { z } from 'zod'
import { examples } from '../../src/http/openapi/examples/examples.ts'
import { compactJson } from './compact-json.ts'
import { fieldRows, typeText } from './schema-fields.ts'

const schema = z.looseObject({})
const content = z.record(z.string(), z.object({ schema }))
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.tuple([z.string()]),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.string(),
      required: z.boolean(),
      description: z.string().default(''),
      schema,
    }),
  ),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
})
const documentSchema = z.object({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
})
type Operation = z.output<typeof operation>

const head = `# The API

Written by \`npm run docs:api\` from the OpenAPI document that the service serves at \`/openapi.json\`; \`/docs\` of the service shows the same and can send requests. [What an answer means](operations.md#what-an-answer-means) has whole sessions with curl.

A route with a role needs a token, as \`Authorization: Bearer TOKEN\` or as the password of Basic with any user name ([tokens and roles](configuration.md#tokens-and-roles)). Without configured tokens the service serves only its own machine, unless \`allowAnonymous\` lets every client judge and read.

Every error is [problem JSON](#problem) with a [code](errors.md); under \`/v1/flagger\`, \`/gate\` and \`/rollback\` it is one plain line, like every answer there. In addition to the listed errors, any route may answer 404 or 405 for a path or method that does not exist, and 500, 503 or 504 for a fault of the service or the store. An unlisted field is refused with 400 and the nearest name, except in bodies from Flagger. Fields without _yes_ may be left out.
`

/** A Markdown page that describes the HTTP interface. */
export function apiPage(openApiDocument: unknown): string {
  const { tags, paths, components } = documentSchema.parse(openApiDocument)
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method, described })),
  )
  const groups = tags.map(({ name, description }) => {
    const own = routes.filter(({ described }) => described.tags[0] === name)
    return [`## ${capital(name)}`, `${description}.`, ...own.flatMap(routeParts)].join('\n\n')
  })
  const schemas = Object.entries(components.schemas).flatMap(([name, described]) => [
    `### ${name}`,
    ...sentence(described['description']),
    fieldTable(described),
  ])
  return `${[head.trim(), ...groups, '## Schemas', ...schemas].join('\n\n')}\n`
}

interface RouteOfPage {
  readonly path: string
  readonly method: string
  readonly described: Operation
}

function routeParts(route: RouteOfPage): readonly string[] {
  const { path, method, described } = route
  const { summary, description, parameters, requestBody } = described
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? []
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${summary}. ${description ?? 'Open to everybody.'}`,
    ...(parameters.length > 0 ? [parameterTable(parameters)] : []),
    ...(body === undefined
      ? []
      : [`Body, as \`${type}\`${bodyText(body.schema)}`, ...bodyFields(body.schema)]),
    ...exampleParts(route),
    answerText(described),
  ]
}

const bodyText = (body: z.output<typeof schema>): string =>
  typeof body['$ref'] === 'string' ? `: ${typeText(body)}` : ''

/** The fields of a body that has no name; a named one is listed among the schemas. */
const bodyFields = (body: z.output<typeof schema>): readonly string[] =>
  typeof body['$ref'] === 'string' ? [] : [fieldTable(body)]

function exampleParts({ path, method, described }: RouteOfPage): readonly string[] {
  const { path: filled = path, body, answer } = examples[described.operationId] ?? {}
  if (answer === undefined) return []
  const auth = described.description === undefined ? '-s' : '-su ":$TOKEN"'
  const command = `curl ${auth} "$JUDGE${filled}"${method === 'post' ? postText(body) : ''}`
  return [
    block('sh', command),
    typeof answer === 'string' ? block('text', answer) : block('json', compactJson(answer)),
  ]
}

function postText(body: object | string | undefined): string {
  if (body === undefined) return ' -X POST'
  if (typeof body === 'object') return ` --json ${inQuotes(compactJson(body))}`
  return ` -H 'Content-Type: application/yaml' --data-binary ${inQuotes(body)}`
}

const inQuotes = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const block = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``

function answerText({ responses }: Operation): string {
  const all = Object.entries(responses)
  const own = all
    .filter(([, answer]) => !isError(answer))
    .map(([status, { description, content: types }]) => {
      const as = Object.entries(types).map(([type, { schema: form }]) => {
        const named = typeof form['$ref'] === 'string' ? ` (${typeText(form)})` : ''
        return `\`${type}\`${named}`
      })
      return `- **${status}**: ${description}. ${as.join(', ')}`
    })
  const errors = all
    .filter(([status, answer]) => isError(answer) && status !== 'default')
    .map(([status]) => status)
  return [...own, ...(errors.length === 0 ? [] : [`- Errors: ${errors.join(', ')}`])].join('\n')
}

/** Whether the answer is an error of the service: problem JSON, or a line of limited length for Flagger. */
const isError = ({ content: types }: Operation['responses'][string]): boolean =>
  Object.entries(types).some(([type, { schema: form }]) => type.includes('problem') || 'maxLength' in form)

function parameterTable(parameters: Operation['parameters']): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema: form }) =>
      `| \`${name}\` | ${place} | ${typeText(form)} | ${required ? 'yes' : ''} | ${description} |`,
  )
  return ['| parameter | in | type | needed | meaning |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
}

function fieldTable(described: z.output<typeof schema>): string {
  const rows = fieldRows(described).map(
    ({ path, type, required, meaning }) =>
      `| ${path === '' ? '–' : `\`${path}\``} | ${type} | ${required ? 'yes' : ''} | ${meaning} |`,
  )
  return ['| field | type | needed | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const sentence = (text: unknown): readonly string[] => (typeof text === 'string' ? [`${capital(text)}.`] : [])
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
