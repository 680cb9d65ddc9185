/** What `learn` gave for the same history before; otherwise what it gives now. */
export type Recall<Learned> = (history: History, learn: () => Learned) => Learned

/** Everything that `learn` depends on. */
export interface History {
  readonly rows: readonly Float64Array[]
  /** Only these first numbers of each row count. */
  readonly slices: number
  readonly settings: readonly number[]
}

/** Names numbers by their content. */
export type Digest = (numbers: Float64Array) => string

export function learnAnew<Learned>(_history: History, learn: () => Learned): Learned {
  return learn()
}

/** Keeps the results that were used last; `most` is their number. */
export function recalling<Learned>(digest: Digest, most: number): Recall<Learned> {
  // a Map keeps the order in which keys were set, so its first key is unused for longest
  const known = new Map<string, { readonly learned: Learned }>()
  return (history, learn) => {
    const key = digest(numbersOf(history))
    const entry = known.get(key) ?? { learned: learn() }
    known.delete(key)
    known.set(key, entry)
    if (known.size > most) {
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    }
    return entry.learned
  }
}

function numbersOf({ rows, slices, settings }: History): Float64Array {
  const first = [rows.length, slices, ...settings]
  const numbers = new Float64Array(first.length + rows.length * slices)
  numbers.set(first)
  rows.forEach((row, i) => numbers.set(row.subarray(0, slices), first.length + i * slices))
  return numbers
}
