import type { Recording, Sample } from '../../src/engine/index.ts'
import { createRandom, type Random, split, uniform } from '../../src/simulate/random.ts'
import { sampleNormal } from '../../src/simulate/sample-normal.ts'

/** How a simulated series varies. Spreads are standard deviations of its logarithm. */
export interface SeriesWorld {
  readonly spread: number
  /** The correlation of the noise of two slices in a row. */
  readonly correlation: number
  /** Independent noise of each slice at all traffic; the less traffic an arm has, the more, as for counts. */
  readonly counting?: number
  /** How many times wider than stable's the noise of the canary is. */
  readonly canaryTimes?: number
  /** The level of both arms goes up and down by this factor, with this period in slices. */
  readonly season?: { readonly by: number; readonly slices: number }
  /** The level of both arms jumps by this factor at a random slice of the rollout, or an hour before it. */
  readonly jump?: { readonly by: number; readonly when: 'before' | 'during' }
  /** The noise grows and falls by this part. */
  readonly uneven?: number
  /** The share of slices without a value. */
  readonly missing?: number
  /** Noise with Student's distribution of three degrees of freedom. */
  readonly heavy?: boolean
  /** The usual value of stable. */
  readonly level?: number
  /** A healthy canary's value divided by stable's. */
  readonly canary?: number
}

export interface SeriesRollout {
  readonly seed: string
  readonly world: SeriesWorld
  /** The canary's value is this many times as high as without harm, from this slice of the rollout on. */
  readonly effect?: number
  readonly from?: number
  readonly slices?: number
  readonly steps?: boolean
}

export const history = 120
const weights = [5, 25, 50] as const
const stepSlices = 10

/** A rollout in steps of ten slices with 5, 25 and 50 % of the traffic, after two hours of history. */
export function seriesRollout(rollout: SeriesRollout): Recording {
  const { seed, world, slices = 3 * stepSlices, steps = true } = rollout
  const random = createRandom(seed)
  const all = history + slices
  const common = commonLevel(world, all, slices, split(random, 'common'))
  const value = (['stable', 'canary'] as const).map((arm) => {
    const own = split(random, arm)
    const wander = wandering(world, arm === 'canary' ? (world.canaryTimes ?? 1) : 1, all, own)
    return Array.from({ length: all }, (_, k): Sample => {
      const t = k - history
      const counting = (world.counting ?? 0) * sampleNormal(own) * Math.sqrt(1 / trafficShare(arm, t))
      const isMissing = uniform(own) < (world.missing ?? 0)
      if (isMissing || (arm === 'canary' && t < 0)) return null
      const harm = arm === 'canary' && t >= (rollout.from ?? 0) ? (rollout.effect ?? 1) : 1
      const level = (arm === 'canary' ? (world.canary ?? 1) : 1) * (world.level ?? 1) * harm
      return level * Math.exp((common[k] ?? 0) + (wander[k] ?? 0) + counting)
    })
  })
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-11-20T10:00:00Z',
    slices: all,
    rolloutStart: history,
    ...(steps && { steps: plannedSteps() }),
    pods: [
      { name: 'stable', arm: 'stable', aggregate: true },
      { name: 'canary', arm: 'canary', aggregate: true },
    ],
    metrics: { orders: { kind: 'series', value } },
  }
}

function plannedSteps(): NonNullable<Recording['steps']> {
  return weights.map((weight, index) => ({
    slice: history + index * stepSlices,
    ends: history + (index + 1) * stepSlices,
    weight,
    next: weights[index + 1] ?? 100,
  }))
}

function trafficShare(arm: 'canary' | 'stable', t: number): number {
  const weight = t < 0 ? 0 : (weights[Math.min(Math.floor(t / stepSlices), weights.length - 1)] ?? 0) / 100
  return arm === 'stable' ? 1 - weight : Math.max(weight, 0.01)
}

function commonLevel(
  { season, jump }: SeriesWorld,
  all: number,
  slices: number,
  random: Random,
): Float64Array {
  const phase = 2 * Math.PI * uniform(random)
  const at = jump?.when === 'before' ? history - 60 : history + Math.floor(uniform(random) * slices)
  return Float64Array.from({ length: all }, (_, k) => {
    const wave = season === undefined ? 0 : season.by * Math.sin(phase + (2 * Math.PI * k) / season.slices)
    return wave + (jump !== undefined && k >= at ? Math.log(jump.by) : 0)
  })
}

/** Correlated noise with the same spread in every slice, or one that grows and falls. */
function wandering(
  { spread, correlation, uneven = 0, heavy = false }: SeriesWorld,
  times: number,
  all: number,
  random: Random,
): Float64Array {
  let state = sampleNormal(random)
  return Float64Array.from({ length: all }, (_, k) => {
    if (k > 0) state = correlation * state + Math.sqrt(1 - correlation ** 2) * innovation(random, heavy)
    return times * spread * state * (1 + uneven * Math.sin(k / 9))
  })
}

/** Of variance 1, or of Student's distribution with three degrees of freedom scaled to the same quartiles. */
function innovation(random: Random, heavy: boolean): number {
  const normal = sampleNormal(random)
  if (!heavy) return normal
  const squares = sampleNormal(random) ** 2 + sampleNormal(random) ** 2 + sampleNormal(random) ** 2
  return normal / Math.sqrt(squares / 3)
}

const quiet: SeriesWorld = { spread: 0.05, correlation: 0.5 }

/** Those called quiet vary little, and as much in the rollout as before it. */
export const seriesWorlds = {
  'quiet, independent': { spread: 0.05, correlation: 0 },
  'quiet, correlation .5': quiet,
  'quiet, correlation .8': { spread: 0.05, correlation: 0.8 },
  'quiet, correlation .95': { spread: 0.05, correlation: 0.95 },
  'noisy, independent': { spread: 0.2, correlation: 0 },
  'noisy, correlation .8': { spread: 0.2, correlation: 0.8 },
  'noisy, correlation .95': { spread: 0.2, correlation: 0.95 },
  'noisy, correlation .99': { spread: 0.2, correlation: 0.99 },
  'counts, fewer in the canary': { spread: 0.02, correlation: 0.9, counting: 0.04 },
  'canary three times as noisy': { ...quiet, canaryTimes: 3 },
  'canary twice as noisy, correlation .9': { spread: 0.05, correlation: 0.9, canaryTimes: 2 },
  'both arms jump in the rollout': { ...quiet, jump: { by: 1.5, when: 'during' } },
  'both arms jumped before it': { ...quiet, jump: { by: 1.3, when: 'before' } },
  'a day up and down by 30 %': { ...quiet, season: { by: 0.3, slices: 1440 } },
  'an hour up and down by 10 %': { ...quiet, season: { by: 0.1, slices: 60 } },
  'noise that grows and falls': { spread: 0.08, correlation: 0.5, uneven: 0.7 },
  'heavy tails': { ...quiet, heavy: true },
  'a third of the values missing': { ...quiet, missing: 1 / 3 },
  'a level of 0.001': { ...quiet, level: 0.001 },
  'exactly at the tolerance': { ...quiet, canary: 1.1 },
  'at the tolerance, correlation .9': { spread: 0.05, correlation: 0.9, canary: 1.1 },
} as const satisfies Readonly<Record<string, SeriesWorld>>
