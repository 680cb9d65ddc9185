/**
 * Keys of the object that every object inherits. Where such a key is missing, looking it up finds a function instead
 * of nothing. zod leaves `__proto__` out of a record silently.
 */
export function reservedKeys(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.getOwnPropertyNames(value).filter((key) => key in {})
}
