/** The same function, but it computes each argument only once. */
export function memoized<Value>(compute: (key: number) => Value): (key: number) => Value {
  const known = new Map<number, { readonly value: Value }>()
  return (key) => {
    const entry = known.get(key) ?? { value: compute(key) }
    known.set(key, entry)
    return entry.value
  }
}
