import type { RecordedStep, Recording, Sample } from '../../engine/model/recording.ts'
import { upTo } from '../../engine/model/up-to.ts'

/** The weights that are tried where the stages are not known. */
const usualWeights = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90]

/** A slice shows no more than so many requests do: traffic is never split as evenly as chance would. */
const mostRequests = 200
/** ln of how much likelier another weight must make the requests, before it counts as another step. */
const changeCost = 8

/**
 * Writes the steps into a recording that was read afterwards. No metric keeps the weights, so they are those that fit
 * the canary's share of the requests best. What comes after the last step is left out: there one version is alone.
 */
export function withObservedSteps(recording: Recording, stages: readonly number[] | undefined): Recording {
  const { steps: _steps, gates: _gates, ...bare } = recording
  const weights = likeliestWeights(bare, [0, ...(stages ?? usualWeights), 100])
  const stretches = stretchesOf(weights, recording.rolloutStart).filter(
    ({ weight }) => weight > 0 && weight < 100,
  )
  const last = stretches.at(-1)
  if (last === undefined) return bare
  const steps = stretches.map(({ slice, ends, weight }, i): RecordedStep => ({
    slice,
    ends,
    weight,
    next: stretches[i + 1]?.weight ?? stages?.find((stage) => stage > weight) ?? 100,
  }))
  return { ...upTo(bare, last.ends - 1), gates: Math.max(stages?.length ?? 0, steps.length), steps }
}

interface Stretch {
  readonly slice: number
  readonly ends: number
  readonly weight: number
}

function stretchesOf(weights: readonly number[], rolloutStart: number): readonly Stretch[] {
  const found: Stretch[] = []
  for (const [i, weight] of weights.entries()) {
    const slice = rolloutStart + i
    const last = found.at(-1)
    if (last?.weight === weight) found[found.length - 1] = { ...last, ends: slice + 1 }
    else found.push({ slice, ends: slice + 1, weight })
  }
  return found
}

/** One weight for each slice of the rollout: the likeliest path, in which each change has its cost (Viterbi 1967). */
function likeliestWeights(recording: Recording, weights: readonly number[]): readonly number[] {
  const { canary, all } = requestsOf(recording)
  let best = weights.map(() => 0)
  const from: number[][] = []
  // after the end of both versions nothing shows a weight
  const ends = all.findLastIndex((requests) => requests > 0) + 1
  for (let slice = recording.rolloutStart; slice < ends; slice++) {
    const likeliest = best.reduce((top, value, w) => (value > (best[top] ?? -Infinity) ? w : top), 0)
    const changed = (best[likeliest] ?? 0) - changeCost
    from.push(best.map((value, w) => (value >= changed ? w : likeliest)))
    best = best.map(
      (value, w) => Math.max(value, changed) + fit(weights[w] ?? 0, canary[slice] ?? 0, all[slice] ?? 0),
    )
  }
  let at = best.indexOf(Math.max(...best))
  const path: number[] = []
  for (const step of from.toReversed()) {
    path.push(weights[at] ?? 0)
    at = step[at] ?? at
  }
  return path.toReversed()
}

/** ln of how well the weight explains the canary's requests. */
function fit(weight: number, canary: number, all: number): number {
  if (all <= 0) return 0
  const requests = Math.min(all, mostRequests)
  const share = Math.min(Math.max(weight / 100, 0.002), 0.998)
  const part = canary / all
  return requests * (part * Math.log(share) + (1 - part) * Math.log(1 - share))
}

/** The requests of a metric that counts them, by slice. */
function requestsOf({ metrics, pods, slices }: Recording): {
  readonly canary: readonly number[]
  readonly all: readonly number[]
} {
  const rows = Object.values(metrics).flatMap((data) =>
    data.kind === 'errors' || data.kind === 'latency' ? [data.total] : [],
  )
  const total =
    rows[0] ??
    Object.values(metrics).flatMap((data) => (data.kind === 'conversion' ? [data.total] : []))[0] ??
    []
  const sum = (slice: number, isCounted: (pod: number) => boolean): number =>
    total.reduce((whole, row, pod) => whole + (isCounted(pod) ? countOf(row?.[slice]) : 0), 0)
  const every = Array.from({ length: slices }, (_, slice) => slice)
  return {
    canary: every.map((slice) => sum(slice, (pod) => pods[pod]?.arm === 'canary')),
    all: every.map((slice) => sum(slice, () => true)),
  }
}

const countOf = (sample: Sample | undefined): number =>
  sample === null || sample === undefined || !Number.isFinite(sample) ? 0 : sample
