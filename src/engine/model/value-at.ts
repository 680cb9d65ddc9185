/** The value in a slice; 0 outside, where nothing was counted. */
export function valueAt(values: Float64Array, slice: number): number {
  return values[slice] ?? 0
}
