/**
 * For each U from 0 to nm, how many arrangements of n and m untied values give it. Undefined when the counts are not
 * exact in double precision (more than 2⁵³ arrangements), or when there are too many to list.
 */
export function exactRankSumCounts(n: number, m: number): Float64Array | undefined {
  const few = Math.min(n, m)
  const many = Math.max(n, m)
  if (n * m > 10_000 || arrangements(few, many) > Number.MAX_SAFE_INTEGER) return undefined
  const counts = new Float64Array(n * m + 1)
  counts[0] = 1
  // The Gaussian binomial coefficient ∏ (1 − q^(many+i)) / (1 − q^i), one factor at a time.
  for (let i = 1; i <= few; i++) {
    for (let u = counts.length - 1; u >= many + i; u--)
      counts[u] = (counts[u] ?? 0) - (counts[u - many - i] ?? 0)
    for (let u = i; u < counts.length; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0)
  }
  return counts
}

function arrangements(few: number, many: number): number {
  let product = 1
  for (let i = 1; i <= few; i++) product *= (many + i) / i
  return product
}
