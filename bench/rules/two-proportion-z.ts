import { outOfDomain } from '../../src/engine/stats/domain.ts'
import { normalSf } from '../../src/engine/stats/normal-sf.ts'

export interface TwoProportionZ {
  readonly z: number
  /** One-sided p: the first proportion is larger. */
  readonly greater: number
  readonly twoSided: number
}

/** Pooled z-test of x1/n1 against x2/n2; undefined where no variance exists (an empty side, or all or none of both). */
export function twoProportionZ(x1: number, n1: number, x2: number, n2: number): TwoProportionZ | undefined {
  if (!(n1 >= 0 && n1 < Infinity)) outOfDomain('n1', '≥ 0 and finite', n1)
  if (!(n2 >= 0 && n2 < Infinity)) outOfDomain('n2', '≥ 0 and finite', n2)
  if (!(x1 >= 0 && x1 <= n1)) outOfDomain('x1', `in [0, ${n1}]`, x1)
  if (!(x2 >= 0 && x2 <= n2)) outOfDomain('x2', `in [0, ${n2}]`, x2)
  const bad = x1 + x2
  const good = n1 - x1 + (n2 - x2)
  if (n1 === 0 || n2 === 0 || bad === 0 || good === 0) return undefined
  const n = n1 + n2
  const standardError = Math.sqrt((bad / n) * (good / n) * (1 / n1 + 1 / n2))
  const z = (x1 / n1 - x2 / n2) / standardError
  return { z, greater: normalSf(z), twoSided: Math.min(1, 2 * normalSf(Math.abs(z))) }
}
