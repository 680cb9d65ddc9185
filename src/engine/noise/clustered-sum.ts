import { valueAt } from '../model/value-at.ts'
/** Relative autocovariance between pods by lag: 0, 1, 2-3, 4-7, 8-15, 16-31, 32 and more slices. */
export type Autocovariance = readonly [number, number, number, number, number, number, number]

/** Beyond this lag there is one value for all lags, so that prefix sums keep long rollouts fast. */
const NEAR = 32

export function lagBin(lag: number): number {
  return lag === 0 ? 0 : Math.min(Math.floor(Math.log2(lag)) + 1, 6)
}

/**
 * For each start s, and each t ≥ s: Σ_{k,l in s..t} v_k v_l r(|k−l|) Σ_pods f_k f_l. It is the variance that
 * differences between pods add to a sum over slices: the same pods come again in every slice.
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
  const table = bySlice(shares, v.length)
  const prefixes = prefixSums(v, table)
  const tail = new Float64Array(NEAR + 1)
  for (let t = 0; t < v.length; t++) {
    fillTail(tail, v, table, near, t)
    for (let i = 0; i < starts.length; i++) {
      const sum = sums[i]
      const start = starts[i] ?? 0
      if (sum === undefined || start > t) continue
      const earlier = valueAt(tail, Math.min(t - start, NEAR - 1)) + r[6] * farSum(prefixes, table, start, t)
      const vt = v[t] ?? 0
      // reading an index below 0 once makes every read of the array slow in V8
      const before = t > 0 ? valueAt(sum, t - 1) : 0
      sum[t] = before + vt * (2 * earlier + vt * r[0] * sharedSquare(table, t, t))
    }
  }
  return sums
}

function nearLags(r: Autocovariance): Float64Array {
  return Float64Array.from({ length: NEAR }, (_, lag) => r[lagBin(lag)] ?? 0)
}

/** The pods' shares, stored slice by slice, which is the order in which they are read. */
interface ShareTable {
  readonly pods: number
  readonly values: Float64Array
}

function bySlice(shares: readonly Float64Array[], slices: number): ShareTable {
  const pods = shares.length
  const values = new Float64Array(pods * slices)
  for (let j = 0; j < pods; j++) {
    const share = shares[j]
    for (let t = 0; t < slices; t++) values[t * pods + j] = share?.[t] ?? 0
  }
  return { pods, values }
}

/** tail[d] = Σ over the d slices before t (at most 31) of v_l r(t−l) Σ_pods f_t f_l. */
function fillTail(
  tail: Float64Array,
  v: Float64Array,
  table: ShareTable,
  near: Float64Array,
  t: number,
): void {
  let sum = 0
  tail[0] = 0
  for (let lag = 1; lag < NEAR; lag++) {
    const l = t - lag
    const weight = l >= 0 ? valueAt(v, l) * valueAt(near, lag) : 0
    if (weight !== 0) sum += weight * sharedSquare(table, t, l)
    tail[lag] = sum
  }
}

function sharedSquare({ pods, values }: ShareTable, k: number, l: number): number {
  let sum = 0
  const [atK, atL] = [k * pods, l * pods]
  for (let j = 0; j < pods; j++) sum += valueAt(values, atK + j) * valueAt(values, atL + j)
  return sum
}

function farSum(prefixes: Float64Array, { pods, values }: ShareTable, start: number, t: number): number {
  if (t - NEAR < start) return 0
  let sum = 0
  const [now, to, from] = [t * pods, (t - NEAR + 1) * pods, start * pods]
  for (let j = 0; j < pods; j++) {
    sum += valueAt(values, now + j) * (valueAt(prefixes, to + j) - valueAt(prefixes, from + j))
  }
  return sum
}

/** By slice k and pod: Σ_{l < k} v_l f_l */
function prefixSums(v: Float64Array, { pods, values }: ShareTable): Float64Array {
  const prefixes = new Float64Array((v.length + 1) * pods)
  for (let place = 0; place < v.length * pods; place++) {
    const k = Math.floor(place / pods)
    prefixes[place + pods] = valueAt(prefixes, place) + valueAt(v, k) * valueAt(values, place)
  }
  return prefixes
}
