import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const definition = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.tuple([
      z.object({ name: z.string(), schema: z.object({ openAPIV3Schema: z.looseObject({}) }) }),
    ]),
  }),
})

/** The schemas of Flagger's own kinds, by apiVersion and kind. */
const schemas = new Map(
  parseAllDocuments(readFileSync('test/fixtures/flagger/crd.yaml', 'utf8')).map((document) => {
    const { group, names, versions } = definition.parse(document.toJS()).spec
    const [{ name, schema }] = versions
    const metadata = { type: 'object', additionalProperties: true } as const
    const { properties, ...rest } = z
      .looseObject({ properties: z.looseObject({}) })
      .parse(strict(schema.openAPIV3Schema))
    const checked = z.fromJSONSchema({ ...rest, properties: { ...properties, metadata } })
    const key: string = `${group}/${name} ${names.kind}`
    return [key, checked] as const
  }),
)

/** The mistakes for which the API server would refuse a Canary, a MetricTemplate or an AlertProvider; undefined for others. */
export function flaggerMistakes(object: {
  readonly apiVersion: string
  readonly kind: string
}): readonly string[] | undefined {
  const schema = schemas.get(`${object.apiVersion} ${object.kind}`)
  if (schema === undefined) return undefined
  const issues = schema.safeParse(object).error?.issues ?? []
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

/** Turns a schema of Kubernetes into plain JSON Schema in which an unknown field is a mistake. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  if (Reflect.get(schema, 'x-kubernetes-int-or-string') === true) return { type: ['integer', 'string'] }
  // Leaves out "one of these, or none", which uses `not` and says nothing about fields.
  const kept = Object.entries(schema).filter(([key]) => key !== 'oneOf' && key !== 'format')
  const inner = Object.fromEntries(kept.map(([key, value]) => [key, strict(value)]))
  const closed = 'properties' in inner && !('additionalProperties' in inner)
  return closed ? { ...inner, additionalProperties: false } : inner
}
