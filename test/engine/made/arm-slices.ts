import { learnDispersion } from '../../../src/engine/noise/dispersion.ts'
import type { Noise } from '../../../src/engine/noise/noise.ts'
import type { ArmSlices } from '../../../src/engine/counts/slices.ts'
import type { CountSeries } from '../../../src/engine/evidence/count-series.ts'

/** An arm of one pod. */
export function armOf(events: readonly number[], requests: readonly number[]): ArmSlices {
  const n = Float64Array.from(requests)
  const x = Float64Array.from(events)
  return {
    events: x,
    requests: n,
    pods: n.map(() => 1),
    shares: [n.map(() => 1)],
    podEvents: [x],
    podRequests: [n],
  }
}

/** An arm of several pods, [pod][slice]. */
export function armOfPods(
  events: readonly (readonly number[])[],
  requests: readonly (readonly number[])[],
): ArmSlices {
  const sum = (rows: readonly (readonly number[])[]): Float64Array =>
    Float64Array.from(rows[0] ?? [], (_, t) => rows.reduce((total, row) => total + (row[t] ?? 0), 0))
  const all = sum(requests)
  return {
    events: sum(events),
    requests: all,
    pods: sum(requests.map((row) => row.map((n) => (n > 0 ? 1 : 0)))),
    shares: requests.map((row) => Float64Array.from(row, (n, t) => (n > 0 ? n / (all[t] ?? n) : 0))),
    podEvents: events.map((row) => Float64Array.from(row)),
    podRequests: requests.map((row) => Float64Array.from(row)),
  }
}

/** The given φ for each restart, equal at every slice. */
export function noiseOf(phis: readonly number[], absolute = 1): Noise {
  return {
    floors: (theta0) => theta0.map(() => 1),
    phi: (_floor, restart) => phis[restart] ?? Number.NaN,
    phiAbsolute: () => absolute,
    freedom: () => 1e9,
    growth: () => ({ fixed: 1, perInformation: 0 }),
  }
}

export function streamOf(canary: ArmSlices, stable: ArmSlices, noise: Noise): CountSeries {
  const arms = { canary, stable }
  return { arms, facing: arms, dispersion: learnDispersion([], 0), noise }
}
