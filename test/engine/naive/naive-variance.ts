/** The formulas of docs/statistics.md exactly as written there, to compare the fast code with. */

export type Row = readonly number[] | Float64Array

/** The bins of lags: 0, 1, 2-3, 4-7, 8-15, 16-31, 32 and more. */
export function naiveBin(lag: number): number {
  return [1, 2, 4, 8, 16, 32].filter((first) => lag >= first).length
}

/** Σ_{k,l in start..t} v_k v_l r(|k−l|) Σ_pods f_k f_l */
export function naiveSum(v: Row, shares: readonly Row[], r: Row, start: number, t: number): number {
  let sum = 0
  for (let k = start; k <= t; k++) {
    for (let l = start; l <= t; l++) {
      const overlap = shares.reduce((total, f) => total + (f[k] ?? 0) * (f[l] ?? 0), 0)
      sum += (v[k] ?? 0) * (v[l] ?? 0) * (r[naiveBin(Math.abs(k - l))] ?? 0) * overlap
    }
  }
  return sum
}

/** Σ over pairs `lag` ≥ 0 apart in one bin, of what `product` gives for slices t and t + lag. */
export function naivePairs(
  slices: number,
  bin: number,
  product: (t: number, later: number) => number,
): number {
  let sum = 0
  for (let t = 0; t < slices; t++) {
    for (let later = t; later < slices && later - t <= 59; later++) {
      if (naiveBin(later - t) === bin) sum += product(t, later)
    }
  }
  return sum
}

/** The weighted non-increasing fit by its min-max formula, cut off at 0. */
export function naiveFit(values: readonly number[], weights: readonly number[]): readonly number[] {
  const mean = (from: number, to: number): number => {
    let [sum, weight] = [0, 0]
    for (let i = from; i <= to; i++) {
      sum += (values[i] ?? 0) * (weights[i] ?? 0)
      weight += weights[i] ?? 0
    }
    return weight > 0 ? sum / weight : (values[from] ?? 0)
  }
  const places = values.map((_, i) => i)
  return places.map((i) => {
    const lows = places.filter((from) => from <= i)
    const highs = places.filter((to) => to >= i)
    return Math.max(0, Math.min(...lows.map((from) => Math.max(...highs.map((to) => mean(from, to))))))
  })
}

/** The ratios by bin, and their non-increasing fit. A bin without pairs has the ratio of the bin before. */
export function naiveAutocovariance(
  slices: number,
  sumOf: (bin: number) => number,
  weightOf: (t: number, later: number) => number,
): readonly number[] {
  const weights = [0, 1, 2, 3, 4, 5, 6].map((bin) => naivePairs(slices, bin, weightOf))
  const ratios: number[] = []
  weights.forEach((weight, bin) => ratios.push(weight > 0 ? sumOf(bin) / weight : (ratios[bin - 1] ?? 0)))
  return naiveFit(ratios, weights)
}
