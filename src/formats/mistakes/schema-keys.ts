import { z } from 'zod'
import type { KnownKeys } from './field-issues.ts'
import type { Path } from './path.ts'

/** The known keys at each place, read from the schema itself. */
export function schemaKeys(schema: z.core.$ZodType): KnownKeys {
  return { at: (path) => [...new Set(keysAt(schema, path))] }
}

function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => keysAt(option, path))
  const [part, ...rest] = path
  if (inner instanceof z.ZodObject) {
    if (part === undefined) return Object.keys(inner.shape)
    const field = Object.entries(inner.shape).find(([key]) => key === part)?.[1]
    return field === undefined ? [] : keysAt(field, rest)
  }
  if (part === undefined) return []
  if (inner instanceof z.ZodRecord) return keysAt(inner.valueType, rest)
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest)
  return []
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodPipe) return unwrap(schema.in)
  return schema
}
