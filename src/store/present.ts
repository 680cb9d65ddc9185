type Present<T> = { readonly [Key in keyof T]?: NonNullable<T[Key]> }

/** Leaves out fields that are null in the database: an optional field of the domain is absent, never undefined. */
export const present = <T extends Readonly<Record<string, unknown>>>(fields: T): Present<T> => {
  const kept: Present<T> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (value !== null) Reflect.set(kept, key, value)
  }
  return kept
}
