/** ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π] for x ≥ 10, to the last digit of ln Γ. */
export function stirlingSeries(x: number): number {
  // B(2k) / (2k (2k − 1) x^(2k − 1)), k = 1 … 8
  const r = 1 / x
  const s = r * r
  const tail = 1 / 1188 + s * (-691 / 360360 + s * (1 / 156 - (3617 / 122400) * s))
  return r * (1 / 12 + s * (-1 / 360 + s * (1 / 1260 + s * (-1 / 1680 + s * tail))))
}
