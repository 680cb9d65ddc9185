import { studentTSf } from './student-t-sf.ts'

/**
 * ln e of a mean of which the size is known up to a variance that was learned with `df` degrees of freedom: the
 * likelihood ratio of "above 0" against "at 0", averaged over effects (half a normal distribution whose variance is
 * `ratio` times that of the mean) and over variances that fit what was learned. `t` is the mean in learned standard
 * errors. However large t is, e is at most 2 (1 + ratio)^(df/2): few data prove little.
 */
export function logTMixture(t: number, df: number, ratio: number): number {
  const spread = 1 + ratio
  if (df > 1e9) return logTMixture(t, 1e9, ratio)
  const gain = Math.log1p((t * t) / df) - Math.log1p((t * t) / (df * spread))
  const scale = Math.sqrt((df + 1) / (df + (t * t) / spread))
  const above = studentTSf(-t * Math.sqrt(ratio / spread) * scale, df + 1)
  return -0.5 * Math.log(spread) + ((df + 1) / 2) * gain + Math.log(Math.max(2 * above, Number.MIN_VALUE))
}

/** The t at which the two-sided mixture reaches `log`; undefined where so few data never do. */
export function tOfMixture(log: number, df: number, ratio: number): number | undefined {
  const spread = 1 + ratio
  const factor = Math.exp((2 * (log + 0.5 * Math.log(spread))) / (df + 1))
  if (!(factor < spread)) return undefined
  return Math.sqrt((df * (factor - 1)) / (1 - factor / spread))
}
