import { conditionsAt, type Conditions, type Place } from './conditions.ts'
import { normalSf } from '../engine/index.ts'
import type { Noise, Wobble } from './noise.ts'
import { split, uniform, type Random } from './random.ts'
import { sampleBinomial } from './sample-binomial.ts'
import { sampleNormal } from './sample-normal.ts'
import { samplePoisson } from './sample-poisson.ts'
import type { SimulatedRollout } from './simulated-rollout.ts'

/** One pod's counts, `[slice]`; null where the pod does not run. */
export interface PodCounts {
  readonly requests: (number | null)[]
  readonly failed: (number | null)[]
  /** `[bound][slice]`: requests slower than the bound. */
  readonly slower: readonly (number | null)[][]
  readonly checkouts: (number | null)[]
  readonly orders: (number | null)[]
  readonly memory: (number | null)[]
}

export interface PodLife extends Place {
  readonly random: Random
  /** Expected requests of this pod, `[slice]`; NaN where it does not run. */
  readonly expected: Float64Array
}

/**
 * Draws the data of one pod. Each metric has its own stream of random numbers, so that an effect on one metric does
 * not change the others. A healthy and a harmful recording with the same seed differ only by the effect.
 */
export function simulatePod(rollout: SimulatedRollout, life: PodLife): PodCounts {
  const counts = emptyCounts(life.expected.length, rollout.service.latencyBounds.length)
  const draw = sliceDrawer(rollout, openStreams(life.random, rollout.noise), counts)
  const minutesPerSlice = rollout.sliceSeconds / 60
  let age = 0
  for (const [slice, expected] of life.expected.entries()) {
    if (Number.isNaN(expected)) continue
    const now = { minute: (slice - rollout.history) * minutesPerSlice, age: age * minutesPerSlice }
    draw(slice, expected, conditionsAt(rollout.noise, rollout.effect, life, now))
    age++
  }
  return counts
}

function sliceDrawer({ service, noise, metrics }: SimulatedRollout, streams: Streams, counts: PodCounts) {
  const { latencyBounds, latencyMedian, latencySigma } = service
  const scores = latencyBounds.map((bound) => Math.log(bound / latencyMedian) / latencySigma)
  return (slice: number, expected: number, conditions: Conditions): void => {
    const burst = streams.burst() ? noise.bursts : undefined
    const requests = samplePoisson(streams.requests, expected)
    counts.requests[slice] = requests
    if (metrics.errors !== undefined) {
      const usual = service.errorRate * conditions.errors * (burst?.errors ?? 1) * streams.errors.step()
      const chance = 1 - (1 - Math.min(1, usual)) * (1 - conditions.failing)
      counts.failed[slice] = sampleFailed(streams.errors.random, requests, chance, noise.clump)
    }
    if (metrics.latency !== undefined) {
      const factor = conditions.latency * (burst?.latency ?? 1) * streams.latency.step()
      const shift = Math.log(factor) / latencySigma
      fillSlower(streams.latency.random, counts.slower, slice, requests, { scores, shift })
    }
    if (metrics.conversion !== undefined) {
      const { random, step } = streams.conversion
      const checkouts = sampleBinomial(random, requests, service.checkoutShare)
      const chance = Math.min(1, service.conversionRate * conditions.conversion * step())
      counts.checkouts[slice] = checkouts
      counts.orders[slice] = sampleBinomial(random, checkouts, chance)
    }
    if (metrics.memory !== undefined) {
      counts.memory[slice] = Math.round(service.memoryBytes * conditions.memory * streams.memory.step())
    }
  }
}

function sampleFailed(random: Random, requests: number, chance: number, clump = 1): number {
  if (clump <= 1) return sampleBinomial(random, requests, chance)
  const clumps = samplePoisson(random, (requests * chance) / clump)
  // each clump is one failure and those that come with it
  return Math.min(requests, clumps + samplePoisson(random, clumps * (clump - 1)))
}

/**
 * A multinomial draw over the buckets: the requests slower than a bound are a binomial share of those slower than the
 * bound before.
 */
function fillSlower(
  random: Random,
  slower: PodCounts['slower'],
  slice: number,
  requests: number,
  { scores, shift }: { readonly scores: readonly number[]; readonly shift: number },
): void {
  let left = requests
  let share = 1
  for (let bound = 0; bound < scores.length; bound++) {
    if (left > 0) {
      const next = normalSf((scores[bound] ?? Infinity) - shift)
      left = sampleBinomial(random, left, Math.min(1, next / share))
      share = next
    }
    const row = slower[bound]
    if (row !== undefined) row[slice] = left
  }
}

interface Stream {
  readonly random: Random
  readonly step: () => number
}

interface Streams {
  readonly requests: Random
  readonly burst: () => boolean
  readonly errors: Stream
  readonly latency: Stream
  readonly conversion: Stream
  readonly memory: Stream
}

function openStreams(random: Random, noise: Noise): Streams {
  const stream = (label: string, wobble: Wobble): Stream => ({
    random: split(random, label),
    step: wobbling(split(random, `${label}-level`), wobble),
  })
  return {
    requests: split(random, 'requests'),
    burst: bursting(split(random, 'bursts'), noise.bursts),
    errors: stream('errors', noise.errors),
    latency: stream('latency', noise.latency),
    conversion: stream('conversion', noise.conversion),
    memory: stream('memory', noise.memory),
  }
}

/** The pod's own factor by slice, with mean 1; the autoregression starts in its stationary state. */
function wobbling(random: Random, { podSd, sd, rho }: Wobble): () => number {
  const lasting = podSd * sampleNormal(random) - (podSd * podSd + sd * sd) / 2
  if (sd === 0) {
    const factor = Math.exp(lasting)
    return () => factor
  }
  const renewal = sd * Math.sqrt(1 - rho * rho)
  let level = sd * sampleNormal(random)
  return () => {
    const factor = Math.exp(lasting + level)
    level = rho * level + renewal * sampleNormal(random)
    return factor
  }
}

/** Whether the pod is in a burst, by slice, starting in the stationary state. */
function bursting(random: Random, bursts: Noise['bursts']): () => boolean {
  if (bursts === undefined) return () => false
  const { start, goOn } = bursts
  let now = uniform(random) < start / (start + 1 - goOn)
  return () => {
    const was = now
    now = uniform(random) < (was ? goOn : start)
    return was
  }
}

function emptyCounts(slices: number, bounds: number): PodCounts {
  const blank = Array.from({ length: slices }, () => null)
  // copying is ten times faster than Array.from, and rows are most of what a recording allocates
  const row = (): (number | null)[] => blank.slice()
  return {
    requests: row(),
    failed: row(),
    slower: Array.from({ length: bounds }, row),
    checkouts: row(),
    orders: row(),
    memory: row(),
  }
}
