/** One rollout that was played, and what it shares with others: its time, and its first pod. */
export interface Clustered {
  readonly hit: boolean
  readonly slot: string
  readonly pod: string
}

export interface ShareWithin {
  readonly share: number
  /** Bounds at 95 %. */
  readonly low: number
  readonly high: number
  /** How many independent rollouts tell as much. */
  readonly effective: number
}

const z = 1.959964

/**
 * The share of hits, with an interval that allows for rollouts which share their time or their pods. Their number is
 * divided by how much the variance grows by clusters of both sorts (Cameron, Gelbach and Miller 2011), and is never
 * above `most`, the number of rollouts that have nothing in common. The interval is Wilson's.
 */
export function clusteredShare(draws: readonly Clustered[], most: number): ShareWithin {
  const n = draws.length
  const share = draws.filter(({ hit }) => hit).length / n
  const variance =
    clusterVariance(draws, share, ({ slot }) => slot) +
    clusterVariance(draws, share, ({ pod }) => pod) -
    clusterVariance(draws, share, ({ slot, pod }) => `${slot} ${pod}`)
  const even = share * (1 - share)
  const shown = variance > 0 && even > 0 ? even / variance : n
  const effective = Math.max(Math.min(n, most, shown), 1)
  return { share, effective, ...wilson(share, effective) }
}

function clusterVariance(
  draws: readonly Clustered[],
  share: number,
  clusterOf: (draw: Clustered) => string,
): number {
  const sums = new Map<string, number>()
  for (const draw of draws) {
    const cluster = clusterOf(draw)
    sums.set(cluster, (sums.get(cluster) ?? 0) + (draw.hit ? 1 : 0) - share)
  }
  return [...sums.values()].reduce((sum, value) => sum + value * value, 0) / draws.length ** 2
}

function wilson(share: number, n: number): { readonly low: number; readonly high: number } {
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))
  // both ends are exact there, but for rounding
  return { low: share === 0 ? 0 : middle - half, high: share === 1 ? 1 : middle + half }
}
