/** The value in a slice; 0 for slices outside the array. */
export function valueAt(values: Float64Array, slice: number): number {
  return values[slice] ?? 0
}
