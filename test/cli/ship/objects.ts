/** Any JSON value; the stand-in keeps such values. */
export type Json = string | number | boolean | null | readonly Json[] | Fields
export interface Fields {
  readonly [key: string]: Json | undefined
}

export const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fieldsOf = (value: Json | undefined): Fields => (isFields(value) ? value : {})

export const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => fieldsOf(inner)[key], value)

export const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** A merge patch after RFC 7386. With `byName`, lists of named items are merged by name, as a strategic merge does. */
export function mergePatch(
  target: Json | undefined,
  patch: Json | undefined,
  byName: boolean,
): Json | undefined {
  if (byName && Array.isArray(patch) && Array.isArray(target)) return mergeLists(target, patch)
  if (!isFields(patch)) return patch
  const merged: Record<string, Json | undefined> = { ...fieldsOf(target) }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(merged[key], value, byName)
  }
  return merged
}

function mergeLists(target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  const nameOf = (item: Json): string => textOf(fieldsOf(item)['name'])
  if (!patch.every((item) => nameOf(item) !== '')) return patch
  const kept = target.map((item) => {
    const change = patch.find((each) => nameOf(each) === nameOf(item))
    return change === undefined ? item : (mergePatch(item, change, true) ?? item)
  })
  const added = patch.filter((item) => !target.some((each) => nameOf(each) === nameOf(item)))
  return [...kept, ...added]
}
