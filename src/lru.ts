/** Remembers the entries used last, as many as fit; reading one makes it the latest. */
export interface Lru<V> {
  get(key: string): V | undefined
  /** What alone is too large is not kept. */
  set(key: string, value: V): void
  delete(key: string): void
  clear(): void
  /** Of all entries together. */
  readonly size: number
}

/** `most` is a number of entries, or of bytes where `sizeOf` tells those of an entry. */
export function createLru<V>(most: number, sizeOf: (value: V) => number = () => 1): Lru<V> {
  // A Map keeps the order in which keys were set: the first is the one unused for longest.
  const entries = new Map<string, { readonly value: V; readonly size: number }>()
  let size = 0
  const drop = (key: string): void => {
    size -= entries.get(key)?.size ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value) {
      drop(key)
      const own = sizeOf(value)
      if (own > most) return
      entries.set(key, { value, size: own })
      size += own
      for (const oldest of entries.keys()) {
        if (size <= most) break
        drop(oldest)
      }
    },
    delete: drop,
    clear() {
      entries.clear()
      size = 0
    },
    get size() {
      return size
    },
  }
}

/** About how many bytes plain data take: of the arrays of numbers in it, which are most of it, quite exactly. */
export function heldBytes(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) {
    // not one by one: a recording has a hundred thousand
    if (typeof value[0] === 'number') return 32 + 8 * value.length
  }
  let bytes = 32
  for (const inner of Object.values(value)) bytes += 8 + heldBytes(inner)
  return bytes
}
