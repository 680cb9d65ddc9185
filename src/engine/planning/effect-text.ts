import type { MetricKind } from '../model/policy.ts'

/** An effect as people say it: errors ×2, latency +25 %, conversion −20 %. Rounded up, so that it promises no more. */
export function effectText(kind: MetricKind, effect: number): string {
  if (kind === 'errors') return `×${rounded(effect)}`
  if (kind === 'conversion') return `−${rounded((1 - 1 / effect) * 100)}%`
  return `+${rounded((effect - 1) * 100)}%`
}

/** Two digits that say something. */
function rounded(value: number): number {
  if (!(value > 0)) return 0
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2))
}
