import { z } from 'zod'

export interface JsonSchemas {
  /** The schema, with references to components where it or its parts have an id. */
  of(schema: z.core.$ZodType, io: 'input' | 'output'): SchemaObject
  /** Every schema with an id that has occurred so far. */
  components(): Readonly<Record<string, object>>
}

export interface SchemaObject {
  readonly description?: string
  readonly [key: string]: unknown
}

/** Turns zod schemas into those of one OpenAPI document. */
export function createJsonSchemas(): JsonSchemas {
  const components = new Map<string, object>()
  return {
    of(schema, io) {
      const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
      for (const [id, definition] of Object.entries($defs)) components.set(id, moved(definition))
      return moved(rest)
    },
    components: () => Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
  }
}

const schemaObject = z.looseObject({ description: z.string().exactOptional() })
const definitions = '#/$defs/'

function moved(schema: object): SchemaObject {
  const text = JSON.stringify(schema, (key: string, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(definitions)
      ? `#/components/schemas/${value.slice(definitions.length)}`
      : value,
  )
  return schemaObject.parse(JSON.parse(text))
}
