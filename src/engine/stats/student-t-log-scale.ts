import { stirlingError } from './stirling-error.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/** ln of Student's density at 0, Γ((df + 1)/2) / (√(df π) Γ(df/2)), without the cancellation at large df. */
export function studentTLogScale(df: number): number {
  const a = df / 2
  return a * Math.log1p(0.5 / a) - 0.5 - HALF_LOG_TWO_PI + stirlingError(a + 0.5) - stirlingError(a)
}
