/** Whether anything was counted up to slice `t`. */
export function sawAny(counts: Float64Array, t: number): boolean {
  return counts.subarray(0, t + 1).some((pods) => pods > 0)
}
