/** Harm counts only while the mean of this many latest values is beyond the tolerance too: a short peak is no harm. */
const LASTING = 5

/** By slice the mean of the latest values since slice `from`; NaN = no value, −Infinity before there are enough. */
export function latestMeans(worse: Float64Array, from: number): Float64Array {
  const latest: number[] = []
  return worse.map((value, t) => {
    if (t >= from && !Number.isNaN(value)) latest.push(value)
    if (latest.length > LASTING) latest.shift()
    return latest.length < LASTING ? -Infinity : latest.reduce((sum, one) => sum + one, 0) / LASTING
  })
}
