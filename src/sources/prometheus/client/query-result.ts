/** Series of a range query, or of an instant query with one point each. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds, ascending. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  /** Native histograms in place of numbers, at `times`. */
  readonly histograms?: readonly NativeHistogram[]
}

export interface NativeHistogram {
  readonly count: number
  /** Only those that hold something, not cumulative. */
  readonly buckets: readonly NativeBucket[]
}

export interface NativeBucket {
  readonly low: number
  readonly high: number
  readonly count: number
}

export interface QueryResult {
  readonly series: readonly Series[]
  /** What the server warned of; not empty = the data may be incomplete. */
  readonly warnings: readonly string[]
  /** Of a question for label sets or label values, which have no samples. */
  readonly found?: { readonly labels: readonly Series['labels'][]; readonly texts: readonly string[] }
}
