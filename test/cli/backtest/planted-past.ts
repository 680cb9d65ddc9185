import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import type { Effect } from '../../../src/simulate/effect.ts'
import { createIdentity } from '../../support/simulated-world/identity.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'

export interface Planted {
  readonly revision: string
  readonly stable: string
  /** Milliseconds. */
  readonly start: number
  readonly bad: boolean
}

export interface PlantedPast {
  readonly from: number
  readonly to: number
  readonly rollouts: readonly Planted[]
  readonly series: readonly SimulatedSeries[]
}

const minute = 60_000
const history = 40
const weights = [10, 50]
const stepMinutes = 12
const between = 25
/** After this rollout Prometheus scrapes nothing for a quarter of an hour. */
const outageAfter = 6
/** Before this rollout a pod of the first version is there again for a while, and fails very often. */
const strayBefore = 9

/**
 * Rollouts one after the other, as Argo names their pods. A bad one is taken back, and every fourth is tried again
 * under the same hash; a good one becomes stable.
 */
export function plantPast(count: number, effects: readonly Effect[]): PlantedPast {
  const from = Date.parse('2026-01-05T00:00:00Z')
  const rollouts: Planted[] = []
  const series: SimulatedSeries[] = []
  let stable = createIdentity('past 0').revisions.stable
  let start = from + 30 * minute
  for (let i = 0; i < count; i++) {
    const effect = effects[i % effects.length] ?? {}
    const before = rollouts.at(-1)
    const own = createIdentity(`past ${i}`).revisions
    const again = before?.bad === true && i % 4 === 2
    const revision = again ? before.revision : own.canary
    const lead = i === outageAfter + 1 ? between - 15 : i === 0 ? 20 : between
    series.push(...worldOf(i, start, effect, lead, { [own.stable]: stable, [own.canary]: revision }))
    const bad = Object.keys(effect).length > 0
    rollouts.push({ revision, stable, start: start + history * minute, bad })
    if (!bad) stable = revision
    start += (history + weights.length * stepMinutes + between) * minute
  }
  return { from, to: start, rollouts, series }
}

function worldOf(
  i: number,
  start: number,
  effect: Effect,
  lead: number,
  hashes: Readonly<Record<string, string>>,
): readonly SimulatedSeries[] {
  const recording = simulateRollout({
    seed: `past ${i}`,
    start: new Date(start).toISOString(),
    history,
    plan: weights.map((weight) => ({ weight, minutes: stepMinutes, pods: weight === 50 ? 3 : 2 })),
    stablePods: 3,
    traffic: { rps: 30, podSd: 0.05 },
    service: { ...rolloutDefaults.service, latencyBounds: [0.05, 0.1, 0.2, 0.3, 0.5, 1] },
    effect,
    metrics: { errors: 'errors', latency: 'latency' },
  })
  const { series, identity } = createWorld({
    recording,
    convention: 'application',
    seed: `past ${i}`,
    scrapeSeconds: 30,
    lead,
    staleMarkers: false,
    // pods of other workloads, with rollouts of their own, and one of an earlier version
    decoys: i === 1 || i === strayBefore,
  })
  const old = identity.revisions.canary.split('').toReversed().join('')
  if (i === strayBefore) {
    const first = createIdentity('past 0').revisions.stable
    return series.map((one) => ({ ...one, labels: renamed(one.labels, { ...hashes, [old]: first }) }))
  }
  // a version that was never there before would be a rollout of its own
  const own = series.filter(({ labels }) => labels['pod']?.includes(`-${old}-`) !== true)
  return own.map((one) => ({ ...one, labels: renamed(one.labels, hashes) }))
}

function renamed(
  labels: SimulatedSeries['labels'],
  hashes: Readonly<Record<string, string>>,
): SimulatedSeries['labels'] {
  const rename = (value: string): string =>
    Object.entries(hashes).reduce((text, [hash, other]) => text.replaceAll(`-${hash}-`, `-${other}-`), value)
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, rename(value)]))
}
