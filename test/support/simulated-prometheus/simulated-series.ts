export type Labels = Readonly<Record<string, string>>

/** One series as a Prometheus has it after scraping. */
export interface SimulatedSeries {
  /** The labels with `__name__`. */
  readonly labels: Labels
  /** Milliseconds since the epoch, ascending. */
  readonly times: ArrayLike<number>
  readonly values: ArrayLike<number>
  /** Times of stale markers, ascending and different from `times`: the series is gone from there until its next sample. */
  readonly staleAt?: readonly number[]
}

/** The list has no gaps; an index outside has no number. */
export function numberAt(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? Number.NaN
}

/** How many of `times`, which ascend, are at or before `at`. */
export function countUntil(times: ArrayLike<number>, at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numberAt(times, middle) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** The order of label sets in Prometheus: label by label in the order of names, then the shorter set. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = Object.keys(a).sort()
  const right = Object.keys(b).sort()
  for (const [index, name] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (name !== other) return name < other ? -1 : 1
    const [one, two] = [a[name] ?? '', b[name] ?? '']
    if (one !== two) return one < two ? -1 : 1
  }
  return left.length - right.length
}

/** The text of the labels, which does not depend on their order. */
export function labelKey(labels: Labels): string {
  const names = Object.keys(labels).sort()
  return JSON.stringify(names.map((name) => [name, labels[name]]))
}
