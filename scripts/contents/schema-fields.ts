import { z } from 'zod'

const loose = z.looseObject({})
const jsonSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  anyOf: z.array(loose).optional(),
  items: z.union([loose, z.literal(false).transform(() => undefined)]).optional(),
  prefixItems: z.array(loose).optional(),
  properties: z.record(z.string(), loose).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.union([z.boolean(), loose]).optional(),
})
type JsonSchema = z.output<typeof jsonSchema>

export interface FieldRow {
  /** For example `step.index` or `reasons[].code`. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly meaning: string
}

/** The fields of a schema. The fields of an inner object follow it, unless it is a named schema with a table of its own. */
export function fieldRows(schema: object): readonly FieldRow[] {
  const { properties, description = '' } = jsonSchema.parse(schema)
  if (properties === undefined) {
    return [{ path: '', type: typeText(schema), required: true, meaning: description }]
  }
  return rowsOf(jsonSchema.parse(schema), '')
}

function rowsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): readonly FieldRow[] {
  return Object.entries(properties).flatMap(([name, described]) => {
    const field = jsonSchema.parse(described)
    const path = `${prefix}${name}`
    const row = { path, type: typeText(field), required: required.includes(name), meaning: meaningOf(field) }
    const inner = field.type === 'array' ? jsonSchema.parse(field.items ?? {}) : field
    return [row, ...rowsOf(inner, field.type === 'array' ? `${path}[].` : `${path}.`)]
  })
}

function meaningOf({ description = '', default: byDefault }: JsonSchema): string {
  const known = byDefault === undefined ? [] : [`Default: \`${JSON.stringify(byDefault)}\``]
  return [...(description === '' ? [] : [description]), ...known].join('. ').replaceAll('|', '\\|')
}

/** The type in words. */
export function typeText(schema: object): string {
  const field = jsonSchema.parse(schema)
  if (field.$ref !== undefined) return link(field.$ref)
  if (field.const !== undefined) return code(field.const)
  if (field.enum !== undefined) return field.enum.map(code).join(', ')
  if (field.anyOf !== undefined) return alternatives(field.anyOf)
  return wordsOf[field.type ?? '']?.(field) ?? field.type ?? 'any'
}

const wordsOf: Readonly<Record<string, (field: JsonSchema) => string>> = {
  array: (field) => listText(field),
  object: (field) => mapText(field),
  integer: (field) => `whole number${rangeText(field)}`,
  number: (field) => `number${rangeText(field)}`,
  string: ({ format }) => (format === 'date-time' ? 'time' : 'text'),
}

/** Leaves out the empty text, because the page says once that an empty text means no value. */
const alternatives = (schemas: readonly object[]): string =>
  [...new Set(schemas.filter((one) => jsonSchema.parse(one).const !== '').map(typeText))].join(' or ')

const link = (reference: string): string => {
  const name = reference.split('/').at(-1) ?? ''
  return `[${name}](#${name.toLowerCase()})`
}
const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

function listText({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) return `list of ${prefixItems.map(typeText).join('; ')}`
  return `list of ${typeText(items ?? {})}`
}

function mapText({ properties, additionalProperties }: JsonSchema): string {
  if (properties !== undefined || typeof additionalProperties !== 'object') return 'object'
  const values = typeText(additionalProperties)
  return values === 'any' ? 'object' : `map to ${values}`
}

/** The bounds that the field itself has, without those of every JSON number. */
function rangeText({ minimum, maximum }: JsonSchema): string {
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (from === undefined) return to === undefined ? '' : ` to ${to}`
  return to === undefined ? ` from ${from}` : ` ${from} to ${to}`
}
