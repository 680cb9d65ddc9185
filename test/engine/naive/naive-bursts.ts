import { type Dispersion, learnDispersion, type PodDispersion } from '../../../src/engine/noise/dispersion.ts'
import type { PodCounts } from '../../../src/engine/counts/pod-counts.ts'
import { poissonQuantile } from '../../../src/engine/stats/poisson-quantile.ts'
import { naiveBin, type Row } from './naive-variance.ts'
import { podRow } from '../made/pod-rows.ts'

export type Table = readonly { readonly events: Row; readonly requests: Row }[]

/** μ_j = n_j max(p, (X − x_j)/(N − n_j)) in one slice. */
export function expectedEvents(rows: Table, t: number, share: number): readonly number[] {
  const X = rows.reduce((sum, { events }) => sum + (events[t] ?? 0), 0)
  const N = rows.reduce((sum, { requests }) => sum + (requests[t] ?? 0), 0)
  return rows.map(({ events, requests }) => {
    const [x, n] = [events[t] ?? 0, requests[t] ?? 0]
    return N - n > 0 ? n * Math.max(share, (X - x) / (N - n)) : n * share
  })
}

/** κ = max(κmin, PoisQuantile(.99, min μ)/min μ) */
export function capOf(mus: readonly number[], leastCap: number): number {
  const least = Math.min(...mus.filter((mu) => mu > 0))
  return least === Infinity ? Infinity : Math.max(leastCap, poissonQuantile(0.99, least) / least)
}

export const SLICES = 120

export function podsOf(dispersion: Dispersion): PodDispersion {
  if (dispersion.kind !== 'pods') throw new Error('expected to learn from pods')
  return dispersion
}

/** Caps history as if its pods had `smallest` times their size. */
export function cappedBy(pods: readonly PodCounts[], leastCap: number, smallest: number): PodDispersion {
  const { share } = podsOf(learnDispersion(pods, SLICES))
  const capped = pods.map((pod) => [...pod.events])
  for (let t = 0; t < SLICES; t++) {
    const mus = expectedEvents(pods, t, share)
    const cap = capOf(
      mus.map((mu) => mu * smallest),
      leastCap,
    )
    mus.forEach((mu, j) => capped[j]?.splice(t, 1, Math.min(pods[j]?.events[t] ?? 0, mu * cap)))
  }
  const dispersion = podsOf(
    learnDispersion(
      pods.map((pod, j) => podRow(capped[j] ?? [], [...pod.requests])),
      SLICES,
    ),
  )
  // a cap also cuts clumps
  return { ...dispersion, clump: 0 }
}

/** The variance that pods add over thirty slices, with five canary pods and P stable ones. */
export function between({ autocovariance, inflation, pods }: PodDispersion): number {
  let sum = 0
  for (let k = 0; k < 30; k++) {
    for (let l = 0; l < 30; l++) sum += autocovariance[naiveBin(Math.abs(k - l))] ?? 0
  }
  return ((inflation * sum) / 900) * (1 / 5 + 1 / pods)
}

export const variance = (dispersion: PodDispersion): number =>
  between(dispersion) + 1 / (30 * 0.2 * dispersion.eventsPerSlice)
