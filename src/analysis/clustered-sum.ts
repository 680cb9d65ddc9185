/** Relative autocovariance between pods by lag: 0, 1, 2-3, 4-7, 8-15, 16-31, 32 and more slices. */
export type Autocovariance = readonly [number, number, number, number, number, number, number]

/** Beyond this lag one value holds, so that prefix sums do the work of a long rollout. */
const NEAR = 32

export function lagBin(lag: number): number {
  return lag === 0 ? 0 : Math.min(Math.floor(Math.log2(lag)) + 1, 6)
}

/**
 * For each start s, and each t ≥ s: Σ_{k,l in s..t} v_k v_l r(|k−l|) Σ_pods f_k f_l.
 * It is the variance that pods of unlike health add to a sum over slices: the same pods come again in every slice.
 */
export function clusteredSum(
  v: Float64Array,
  shares: readonly Float64Array[],
  r: Autocovariance,
  starts: readonly number[],
): readonly Float64Array[] {
  const sums = starts.map(() => new Float64Array(v.length))
  if (r.every((value) => value === 0)) return sums
  const near = nearLags(r)
  const prefixes = shares.map((share) => prefixSums(v, share))
  const tail = new Float64Array(NEAR + 1)
  for (let t = 0; t < v.length; t++) {
    fillTail(tail, v, shares, near, t)
    starts.forEach((start, i) => {
      const sum = sums[i]
      if (sum === undefined || start > t) return
      const before = t > start ? (sum[t - 1] ?? 0) : 0
      const earlier = (tail[Math.min(t - start, NEAR - 1)] ?? 0) + r[6] * farSum(prefixes, shares, start, t)
      const vt = v[t] ?? 0
      sum[t] = before + vt * (2 * earlier + vt * r[0] * sharedSquare(shares, t, t))
    })
  }
  return sums
}

function nearLags(r: Autocovariance): Float64Array {
  return Float64Array.from({ length: NEAR }, (_, lag) => r[lagBin(lag)] ?? 0)
}

/** tail[d] = Σ over the d slices before t (at most 31) of v_l r(t−l) Σ_pods f_t f_l. */
function fillTail(
  tail: Float64Array,
  v: Float64Array,
  shares: readonly Float64Array[],
  near: Float64Array,
  t: number,
): void {
  let sum = 0
  tail[0] = 0
  for (let lag = 1; lag < NEAR; lag++) {
    const l = t - lag
    if (l >= 0) sum += (v[l] ?? 0) * (near[lag] ?? 0) * sharedSquare(shares, t, l)
    tail[lag] = sum
  }
}

function sharedSquare(shares: readonly Float64Array[], k: number, l: number): number {
  let sum = 0
  for (const share of shares) sum += (share[k] ?? 0) * (share[l] ?? 0)
  return sum
}

function farSum(
  prefixes: readonly Float64Array[],
  shares: readonly Float64Array[],
  start: number,
  t: number,
): number {
  if (t - NEAR < start) return 0
  let sum = 0
  shares.forEach((share, j) => {
    const prefix = prefixes[j]
    if (prefix !== undefined) sum += (share[t] ?? 0) * ((prefix[t - NEAR + 1] ?? 0) - (prefix[start] ?? 0))
  })
  return sum
}

/** prefix[k] = Σ_{l < k} v_l f_l */
function prefixSums(v: Float64Array, share: Float64Array): Float64Array {
  const prefix = new Float64Array(v.length + 1)
  for (let k = 0; k < v.length; k++) prefix[k + 1] = (prefix[k] ?? 0) + (v[k] ?? 0) * (share[k] ?? 0)
  return prefix
}
