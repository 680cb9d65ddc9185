import { z } from 'zod'

/** The value, or why the measurement is an error. */
export type Found = { readonly found: unknown } | { readonly error: string }

const object = z.record(z.string(), z.unknown())

/** Reads `{$}`, `{$.a.b}` or `{$.a[0]}`. It refuses any other JSONPath, because the model would have to guess. */
export function findByJsonPath(path: string, data: unknown): Found {
  const body = /^\{\$((?:\.[A-Za-z_]\w*|\[\d+\])*)\}$/.exec(path)?.[1]
  if (body === undefined) throw new Error(`expected a JSONPath such as {$.argo}, got "${path}"`)
  return follow(body, data)
}

/** Follows `.a[0].b` from a value. */
export function follow(path: string, from: unknown): Found {
  let value = from
  for (const [part] of path.matchAll(/\.\w+|\[\d+\]/g)) {
    const next = part.startsWith('.') ? field(value, part.slice(1)) : item(value, Number(part.slice(1, -1)))
    if ('error' in next) return next
    value = next.found
  }
  return { found: value }
}

function field(value: unknown, name: string): Found {
  const fields = Array.isArray(value) ? undefined : object.safeParse(value).data
  if (fields === undefined || !Object.hasOwn(fields, name)) return { error: `${name} is not found` }
  return { found: fields[name] }
}

function item(value: unknown, index: number): Found {
  if (!Array.isArray(value) || index >= value.length)
    return { error: `cannot fetch ${index} from the result` }
  return { found: value[index] }
}
