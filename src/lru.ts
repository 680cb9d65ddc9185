/** Keeps the entries that were used last, as many as fit. Reading an entry counts as use. */
export interface Lru<V> {
  get(key: string): V | undefined
  /** An entry that is larger than the whole cache is not kept. */
  set(key: string, value: V): void
  delete(key: string): void
  /** Drops the entries unused for longest, as long as they are such. */
  dropWhile(isOver: (value: V) => boolean): void
  clear(): void
  /** The size of all entries together. */
  readonly size: number
}

/** `most` is a number of entries, or of bytes where `sizeOf` gives the bytes of an entry. */
export function createLru<V>(most: number, sizeOf: (value: V) => number = () => 1): Lru<V> {
  // a Map keeps the order in which keys were set, so its first key is unused for longest
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
    dropWhile(isOver) {
      for (const [oldest, { value }] of entries) {
        if (!isOver(value)) break
        drop(oldest)
      }
    },
    clear() {
      entries.clear()
      size = 0
    },
    get size() {
      return size
    },
  }
}

/** About how many bytes plain data need. For arrays of numbers, which are most of the data, it is quite exact. */
export function heldBytes(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) {
    // not counted one by one, because a recording has a hundred thousand
    const first: unknown = value.find((item) => item !== null)
    if (first === undefined || typeof first === 'number') return 32 + 8 * value.length
  }
  if (value instanceof Map) return heldBytes([...value])
  let bytes = 32
  for (const inner of Object.values(value)) bytes += 8 + heldBytes(inner)
  return bytes
}
