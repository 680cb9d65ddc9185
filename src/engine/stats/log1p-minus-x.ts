/** ln(1 + x) − x, x > −1, without the cancellation near 0. */
export function log1pMinusX(x: number): number {
  if (x < -0.2 || x > 0.25) return Math.log1p(x) - x
  // ln(1 + x) = 2 artanh r with r = x / (2 + x), and 2r − x = −x r
  const r = x / (2 + x)
  const s = r * r
  const high = 1 / 11 + s * (1 / 13 + s * (1 / 15 + s * (1 / 17 + s / 19)))
  const series = 1 / 3 + s * (1 / 5 + s * (1 / 7 + s * (1 / 9 + s * high)))
  return r * (2 * s * series - x)
}
