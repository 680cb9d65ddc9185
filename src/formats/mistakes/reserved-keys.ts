/**
 * Keys of the object itself that every object has: looked up where they are missing, they find a function instead
 * of nothing. zod leaves `__proto__` out of a record without a word.
 */
export function reservedKeys(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.getOwnPropertyNames(value).filter((key) => key in {})
}
