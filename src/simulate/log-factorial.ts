const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

/** ln n!, for whole n ≥ 0. */
export function logFactorial(n: number): number {
  return (n + 0.5) * Math.log(n + 1) - (n + 1) + halfLogTwoPi + stirlingTail(n)
}

/** What Stirling's formula leaves out of ln n!, for whole n ≥ 0; to 1e-13. */
export function stirlingTail(n: number): number {
  const known = tails[n]
  if (known !== undefined) return known
  const inverse = 1 / (n + 1)
  const square = inverse * inverse
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680) * square) * square) * square) * inverse
}

const tails: readonly number[] = Array.from({ length: 32 }, (_, n) => {
  let sum = 0
  for (let factor = 2; factor <= n; factor++) sum += Math.log(factor)
  return sum - (n + 0.5) * Math.log(n + 1) + (n + 1) - halfLogTwoPi
})
