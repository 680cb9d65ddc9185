import { stirlingError } from '../engine/index.ts'

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

/** ln n!, for whole n ≥ 0. */
export function logFactorial(n: number): number {
  return (n + 0.5) * Math.log(n + 1) - (n + 1) + halfLogTwoPi + stirlingTail(n)
}

/** The difference between ln n! and (n + ½) ln(n + 1) − (n + 1) + ½ ln 2π, for whole n ≥ 0. */
export function stirlingTail(n: number): number {
  return smallTails[n] ?? stirlingError(n + 1)
}

const smallTails: readonly number[] = Array.from({ length: 1024 }, (_, n) => stirlingError(n + 1))
