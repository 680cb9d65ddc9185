import { z } from 'zod'

const object = z.record(z.string(), z.unknown())

/** JSON as Go writes it: compact, keys sorted, and `<`, `>`, `&` escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  const fields = object.safeParse(value)
  if (!fields.success) return value
  return Object.fromEntries(
    Object.keys(fields.data)
      .sort()
      .map((key) => [key, sorted(fields.data[key])]),
  )
}
