import { outOfDomain } from './domain.ts'
import { stirlingSeries } from './stirling-series.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  if (!(x > 0)) outOfDomain('x', '> 0', x)
  if (x === Infinity) return Infinity
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingSeries(x)
  if (x <= 0.5) return logGammaAroundTwo(x) - Math.log1p(x) - Math.log(x)
  if (x < 1.5) return logGammaAroundTwo(x - 1) - Math.log1p(x - 1)
  let product = 1
  let rest = x
  while (rest > 2.5) {
    rest -= 1
    product *= rest
  }
  return Math.log(product) + logGammaAroundTwo(rest - 2)
}

/** ln Γ(2 + d) for |d| ≤ ½: (1 − γ) d + Σ (−1)^k (ζ(k) − 1) d^k / k, relative accuracy kept at the zero. */
function logGammaAroundTwo(d: number): number {
  let sum = 0
  for (let i = COEFFICIENTS.length - 1; i >= 0; i--) sum = sum * d + (COEFFICIENTS[i] ?? 0)
  return d * (0.42278433509846713 + d * sum)
}

/** (−1)^k (ζ(k) − 1) / k for k = 2 … 26. */
const COEFFICIENTS: readonly number[] = [
  0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-5,
  -4.492623673813314e-5, 2.050721277567069e-5, -9.439488275268397e-6, 4.374866789907488e-6,
  -2.039215753801366e-6, 9.55141213040742e-7, -4.492469198764566e-7, 2.1207184805554665e-7,
  -1.0043224823968099e-7, 4.7698101693639804e-8, -2.2711094608943164e-8, 1.0838659214896955e-8,
  -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9, 5.731367241678862e-10,
]
