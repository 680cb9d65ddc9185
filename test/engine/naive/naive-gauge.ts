import type { GaugeRow } from '../../../src/engine/kinds/gauge/gauge-levels.ts'
import type { GaugeNoise } from '../../../src/engine/kinds/gauge/gauge-noise.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'
import { studentTSf } from '../../../src/engine/stats/student-t-sf.ts'
import { naiveSum } from './naive-variance.ts'

export const HISTORY = 60
export type Level = (pod: number, slice: number) => number

export interface MadeGauge {
  readonly stable: number
  readonly canary: number
  readonly slices: number
  readonly sliceSeconds?: number
  /** Levels by pod and slice of the rollout; stable also has negative slices. NaN = no level. */
  readonly stableLevel: Level
  readonly canaryLevel: Level
}

/** The rows have one slice more than the rollout, which the formulas must not use. */
export function rowsOf(made: MadeGauge): readonly GaugeRow[] {
  const rows = (arm: 'canary' | 'stable', pods: number, level: Level): readonly GaugeRow[] =>
    Array.from({ length: pods }, (_, j) => ({
      name: `${arm}-${j}`,
      arm,
      aggregate: false,
      values: Float64Array.from({ length: HISTORY + made.slices + 1 }, (_slice, k) => level(j, k - HISTORY)),
    }))
  return [...rows('stable', made.stable, made.stableLevel), ...rows('canary', made.canary, made.canaryLevel)]
}

/** The formulas of docs/statistics.md, with every sum taken from the first slice on. */
export function naiveGauge(made: MadeGauge, noise: GaugeNoise) {
  const rows = rowsOf(made)
  const T = made.slices
  const minutes = (made.sliceSeconds ?? 60) / 60
  const slices = Array.from({ length: T }, (_, t) => t)
  const arm = (name: string) => {
    const own = rows.filter((row) => row.arm === name).map((row) => row.values.slice(HISTORY, HISTORY + T))
    const at = (t: number): readonly number[] =>
      own.map((row) => row[t] ?? NaN).filter((y) => !Number.isNaN(y))
    const pods = slices.map((t) => at(t).length)
    return {
      pods,
      mean: slices.map((t) => (at(t).length === 0 ? 0 : at(t).reduce((a, b) => a + b, 0) / at(t).length)),
      shares: own.map((row) => [...row].map((y, t) => (Number.isNaN(y) ? 0 : 1 / (pods[t] ?? 1)))),
    }
  }
  const [canary, stable] = [arm('canary'), arm('stable')]
  // a lone stable pod counts as two
  const lone = stable.shares.map((f) =>
    f.map((share, t) => ((stable.pods[t] ?? 0) < 2 ? share / Math.sqrt(2) : share)),
  )
  const counts = slices.map((t) => ((canary.pods[t] ?? 0) > 0 && (stable.pods[t] ?? 0) > 0 ? 1 : 0))
  const d = slices.map((t) => (canary.mean[t] ?? 0) - (stable.mean[t] ?? 0))
  const shares = [...canary.shares, ...lone]
  const variance = (v: readonly number[], f: readonly (readonly number[])[], t: number): number =>
    noise.inflation * naiveSum(v, f, noise.autocovariance, 0, t)
  const upTo = (values: readonly number[], t: number, from: readonly number[] = counts): readonly number[] =>
    values.filter((_, k) => k <= t && from[k] === 1)
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  const level = (t: number, values = d, from = counts, f = shares) => {
    const n = upTo(values, t, from).length
    if (n === 0) return undefined
    return {
      mean: total(upTo(values, t, from)) / n,
      information: n ** 2 / Math.max(variance(from, f, t), 1e-9 * n ** 2),
    }
  }
  const mixture = (score: number, information: number, prior: number): number => {
    const all = information + prior
    const z = score / Math.sqrt(all)
    return 0.5 * Math.log((4 * prior) / all) + score ** 2 / (2 * all) + Math.log(normalSf(-z))
  }
  const trend = (t: number) => {
    const n = upTo(d, t).length
    if (n < 8) return undefined
    const x = slices.map((k) => k * minutes)
    const centre = total(upTo(x, t)) / n
    const off = x.map((minute, k) => (minute - centre) * (counts[k] ?? 0))
    const spread = total(upTo(off, t).map((value) => value ** 2))
    const slope =
      total(
        upTo(
          d.map((value, k) => value * (off[k] ?? 0)),
          t,
        ),
      ) / spread
    const v = Math.max(variance(off, shares, t) / spread ** 2, 1e-10)
    return {
      log: mixture(slope / v, 1 / v, 1 / 0.01 ** 2),
      now: total(upTo(d, t)) / n + slope * (t * minutes - centre),
    }
  }
  return {
    slices,
    counts,
    canary,
    stable,
    level,
    trend,
    harm: (difference: number, t: number): number => {
      const own = level(t)
      const log =
        own === undefined
          ? 0
          : mixture((own.mean - difference) * own.information, own.information, 1 / 0.3 ** 2)
      if (!noise.learned) return log
      const line = trend(t)
      const slope = line?.log ?? 0
      return Math.log((Math.exp(log) + Math.exp(slope)) / 2)
    },
    pass: (difference: number, t: number): number => {
      const own = level(t)
      if (own === undefined) return 0
      return mixture((difference - own.mean) * own.information, own.information, 1 / 0.2 ** 2)
    },
    above: (limit: number, t: number): number => {
      const own = level(
        t,
        canary.mean,
        canary.pods.map((pods) => (pods > 0 ? 1 : 0)),
        canary.shares,
      )
      if (own === undefined) return 0
      return mixture((own.mean - limit) * own.information, own.information, 1 / 0.3 ** 2)
    },
    passP: (difference: number, t: number): number | undefined => {
      const own = level(t)
      if (own === undefined) return undefined
      const z = (difference - own.mean) * Math.sqrt(own.information)
      return z > 0 ? studentTSf(z, noise.pods - 1) : normalSf(z)
    },
  }
}
