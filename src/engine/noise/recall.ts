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

/** Where results are kept; it may forget any of them. */
export interface Cache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
}

/** `known` has its results in objects, because a result may be undefined. */
export function recalling<Learned>(
  digest: Digest,
  known: Cache<{ readonly learned: Learned }>,
): Recall<Learned> {
  return (history, learn) => {
    const key = digest(numbersOf(history))
    const entry = known.get(key)
    if (entry !== undefined) return entry.learned
    const learned = learn()
    known.set(key, { learned })
    return learned
  }
}

function numbersOf({ rows, slices, settings }: History): Float64Array {
  const first = [rows.length, slices, ...settings]
  const numbers = new Float64Array(first.length + rows.length * slices)
  numbers.set(first)
  rows.forEach((row, i) => numbers.set(row.subarray(0, slices), first.length + i * slices))
  return numbers
}
