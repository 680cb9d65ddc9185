import { valueAt } from '../model/value-at.ts'
import { clusteredSum } from './clustered-sum.ts'
import { type ArmDispersion, type Dispersion, type PodDispersion, SHORT_HISTORY } from './dispersion.ts'
import { momentary } from './pod-autocovariance.ts'
import type { Restart } from '../model/rollout-plan.ts'
import { type Arms, cumulative, information } from '../counts/slices.ts'

/** φ: how many times larger the variance of one metric is than that of independent requests, along a rollout. */
export interface Noise {
  /**
   * By slice, the variance of the canary's count given the total, relative to Poisson, under a risk ratio for each
   * slice.
   */
  floors(theta0: Float64Array): Float64Array
  /**
   * φ in the slices from a restart to `t`: the floor plus what pods add, or what replaces the floor where only arms
   * are known.
   */
  phi(floor: number, restart: number, t: number): number
  /** φ for the canary's own count against a fixed share of bad requests. */
  phiAbsolute(share: number, t: number): number
  /** How well φ is known, as Student's degrees of freedom; the part `floor` is known from theory. */
  freedom(floor: number, phi: number): number
  /** Coefficients of φ = fixed + perInformation · V, for planning. */
  growth(t: number): { readonly fixed: number; readonly perInformation: number }
}

export interface NoiseInput {
  readonly arms: Arms
  /** The arms; exchanged where less is worse. */
  readonly facing: Arms
  readonly lessIsWorse?: boolean
  readonly dispersion: Dispersion
  /** Standard deviation of a lasting difference that no history shows. */
  readonly tau: number
  readonly restarts: readonly Restart[]
  /** Factor on the standard deviation of what pods add, by slice; 1 unless given. */
  readonly scale?: Float64Array
}

const FEW_EVENTS = 30
const MIN_FLOOR = 0.3
const MIN_EXCESS_SHARE = 0.02

export function learnNoise(input: NoiseInput): Noise {
  const { dispersion } = input
  return dispersion.kind === 'pods' ? podNoise(input, dispersion) : armNoise(input, dispersion)
}

function podNoise(input: NoiseInput, dispersion: PodDispersion): Noise {
  const { arms, tau, restarts } = input
  const { autocovariance, inflation } = dispersion
  const v = information(arms)
  const starts = restarts.map((restart) => restart.from)
  const stretches = starts.map((start) => cumulative(v, start))
  const scaled = input.scale?.map((factor, t) => factor * valueAt(v, t)) ?? v
  const between = clusteredSum(scaled, clusterShares(arms), autocovariance, starts)
  const clumps = clumpPaths(v, clusterShares(arms), dispersion, starts)
  const { requests, shares } = arms.canary
  const own = {
    v: cumulative(requests),
    between: clusteredSum(requests, shares, autocovariance, [0])[0],
    clumps: clumpPaths(requests, shares, dispersion, [0]),
  }
  return {
    floors: floorPaths(input, v),
    phi: (floor, restart, t) => {
      const total = stretches[restart]?.[t] ?? 0
      if (total <= 0) return floor
      const excess = (between[restart]?.[t] ?? 0) + clumps(1, restart, t)
      return floor + (inflation * excess) / total + tau * tau * total
    },
    phiAbsolute: (share, t) => {
      const served = own.v[t] ?? 0
      const excess = share * (own.between?.[t] ?? 0) + own.clumps(share, 0, t)
      return served > 0 ? 1 + (inflation * excess) / served : 1
    },
    freedom: (floor, phi) => (dispersion.pods - 1) / excessShare(floor, phi) ** 2,
    growth: (t) => {
      const pods = 1 / Math.max(arms.canary.pods[t] ?? 0, 1) + 1 / Math.max(arms.stable.pods[t] ?? 0, 2)
      return {
        fixed: 1 + (inflation * dispersion.clump) / 2,
        perInformation: tau * tau + inflation * dispersion.lasting * pods,
      }
    },
  }
}

/**
 * Noise that is gone a slice later has one of two causes: differences between pods, which weigh less in pods with
 * fewer events, or clumps, which are as large in a canary pod at 5 % as in any other. History does not show which.
 * This is what the mean of both readings adds to the first reading, in units of v, for `share` events each.
 */
function clumpPaths(
  v: Float64Array,
  shares: readonly Float64Array[],
  { autocovariance, clump }: PodDispersion,
  starts: readonly number[],
): (share: number, start: number, t: number) => number {
  if (clump === 0) return () => 0
  const totals = starts.map((start) => cumulative(v, start))
  const squares = v.map((vt, t) => momentary(autocovariance) * vt * vt * sumOfSquares(shares, t))
  const counted = starts.map((start) => cumulative(squares, start))
  return (share, start, t) =>
    Math.max(clump * (totals[start]?.[t] ?? 0) - share * (counted[start]?.[t] ?? 0), 0) / 2
}

function sumOfSquares(shares: readonly Float64Array[], t: number): number {
  let sum = 0
  for (const share of shares) sum += valueAt(share, t) ** 2
  return sum
}

function armNoise(input: NoiseInput, dispersion: ArmDispersion): Noise {
  const { arms, tau, restarts } = input
  const v = information(arms)
  const stretches = restarts.map((restart) => cumulative(v, restart.from))
  const at = (t: number): { readonly factor: number; readonly perInformation: number } => {
    const isShort = (dispersion.later?.slices[t] ?? dispersion.slices) < SHORT_HISTORY
    const factor = widened(dispersion, t)
    return {
      factor: isShort ? Math.max(factor, dispersion.later === undefined ? 2 : UNKNOWN) : factor,
      perInformation: isShort
        ? (3 * tau) ** 2
        : (1.5 * tau) ** 2 * fewPods(dispersion) * unlike(dispersion, factor),
    }
  }
  return {
    floors: floorPaths(input, v),
    phi: (floor, restart, t) => {
      const { factor, perInformation } = at(t)
      return floor * factor + perInformation * (stretches[restart]?.[t] ?? 0)
    },
    phiAbsolute: (_, t) => at(t).factor,
    freedom: (floor, phi) => Math.max(dispersion.differences, 1) / excessShare(floor, phi) ** 2,
    growth: (t) => {
      const { factor, perInformation } = at(t)
      return { fixed: factor, perInformation }
    },
  }
}

/** The factor for bursts that hardly any history could have shown. */
const UNKNOWN = 3
/** The factor for arms whose pods are not known and may be few. */
const HIDDEN = 1.5

/** Widens what P pods show about the noise between pods, because so few pods may show too little. */
function widened({ pods, factor, later }: ArmDispersion, t: number): number {
  if (later === undefined) return factor
  const learned = later.factor[t] ?? factor
  return 1 + (learned - 1) * (pods > 0 ? 1 + 1 / pods : HIDDEN)
}

/** Pods that differ from minute to minute also differ for good, up to twice as much as is otherwise assumed. */
function unlike({ later }: ArmDispersion, factor: number): number {
  return later === undefined ? 1 : Math.min(factor, MOST_UNLIKE)
}

const MOST_UNLIKE = 4

/** The factor for one canary pod against P stable pods: the difference of a single pod does not average out. */
function fewPods({ pods }: ArmDispersion): number {
  return pods > 0 ? 1 + 1 / pods : 1
}

function excessShare(floor: number, phi: number): number {
  return Math.max(1 - floor / phi, MIN_EXCESS_SHARE)
}

/** 1 − p at a ratio of 1. It is exactly 1 while events are few, and never below 0.3. */
function floorPaths(input: NoiseInput, v: Float64Array): (theta0: Float64Array) => Float64Array {
  const { canary, stable } = input.facing
  const { share } = input.dispersion
  return (theta0) => {
    let weighted = 0
    let total = 0
    let events = 0
    return v.map((vt, t) => {
      const theta = theta0[t] ?? 1
      // the rate of the arm in the denominator; history has stable's rate, and where less is worse stable is
      // the other arm
      const p = input.lessIsWorse === true ? share / theta : share
      const nc = valueAt(canary.requests, t) * theta
      const ns = stable.requests[t] ?? 0
      if (vt > 0) {
        weighted += (vt * (ns * (1 - theta * p) + nc * (1 - p))) / (ns + nc)
        total += vt
        events += valueAt(canary.events, t) + valueAt(stable.events, t)
      }
      return events > FEW_EVENTS ? Math.max(weighted / total, MIN_FLOOR) : 1
    })
  }
}

/** The shares of both arms' pods. A single stable pod counts as two, because one pod cannot show how pods differ. */
function clusterShares(arms: Arms): readonly Float64Array[] {
  const stable = arms.stable.shares.map((share) =>
    share.map((f, t) => (valueAt(arms.stable.pods, t) < 2 ? f * Math.SQRT1_2 : f)),
  )
  return [...arms.canary.shares, ...stable]
}
