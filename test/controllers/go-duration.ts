const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's notation of durations, `1h30m` or `90s`, in milliseconds. */
export function goDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text))
    throw new Error(`expected a duration such as 60s, got "${text}"`)
  return [...text.matchAll(/([\d.]+)(ms|[smh])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN),
    0,
  )
}
