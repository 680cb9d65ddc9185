import { aggregateArms } from './aggregate-arms.ts'
import { settle, trafficAt } from './conditions.ts'
import { createRandom, split, type Random } from './random.ts'
import { sampleLogNormal } from './sample-log-normal.ts'
import { rolloutDefaults, type PlannedStep, type SimulatedRollout } from './simulated-rollout.ts'
import { simulatePod, type PodCounts, type PodLife } from './simulate-pod.ts'
import type { Arm, MetricData, Recording, RecordedStep } from '../engine/model/recording.ts'

export type RolloutOptions = Pick<SimulatedRollout, 'seed'> & Partial<SimulatedRollout>

/**
 * Makes up the recording of a whole rollout: history, every step, both arms, four metrics.
 *
 * Requests of a pod in a slice are Poisson around its share of its arm's traffic; an arm gets its weight's share of
 * the whole. Failures, checkouts and orders are binomial in the requests, latency is log-normal and counted in
 * buckets. A pod's rates stray from the service's by a lasting factor and by an autoregression of its own, from
 * burst to burst, and with everything in `Noise`; the canary's besides by its `Effect`. Factors have mean 1.
 * The same options give the same recording.
 */
export function simulateRollout(options: RolloutOptions): Recording {
  const chosen: SimulatedRollout = { ...rolloutDefaults, ...options }
  const rollout = { ...chosen, noise: settle(chosen.noise, split(createRandom(chosen.seed), 'noise')) }
  const steps = recordedSteps(rollout)
  const slices = steps.at(-1)?.ends ?? rollout.history
  const lives = [...armLives(rollout, 'stable', steps, slices), ...armLives(rollout, 'canary', steps, slices)]
  const counts = lives.map((life) => simulatePod(rollout, life))
  const recording: Recording = {
    format: 'canary-judge/recording/1',
    ...(rollout.id === undefined ? {} : { id: rollout.id }),
    sliceSeconds: rollout.sliceSeconds,
    start: rollout.start,
    slices,
    rolloutStart: rollout.history,
    gates: steps.length,
    steps,
    pods: lives.map(({ arm, index }) => ({ name: `${arm}-${index + 1}`, arm })),
    metrics: toMetrics(rollout, counts),
  }
  return rollout.podLabels ? recording : aggregateArms(recording)
}

function recordedSteps({ plan, history, sliceSeconds }: SimulatedRollout): RecordedStep[] {
  let slice = history
  return plan.map((step, index) => {
    const begin = slice
    slice += Math.max(1, Math.round((step.minutes * 60) / sliceSeconds))
    return { slice: begin, ends: slice, weight: step.weight, next: plan[index + 1]?.weight ?? 100 }
  })
}

/** Which pods run in which slices, and how many requests each can expect. */
function armLives(
  rollout: SimulatedRollout,
  arm: Arm,
  steps: readonly RecordedStep[],
  slices: number,
): readonly PodLife[] {
  const running = runningPods(rollout, arm, steps, slices)
  const random = split(createRandom(rollout.seed), arm)
  const lives = Array.from({ length: Math.max(...running, 0) }, (_, index) =>
    newLife(random, arm, index, slices),
  )
  const shares = lives.map((life) => sampleLogNormal(split(life.random, 'share'), rollout.traffic.podSd))
  for (let slice = 0; slice < slices; slice++) {
    const present = shares.slice(0, running[slice])
    const whole = present.reduce((sum, share) => sum + share, 0)
    const requests = armTraffic(rollout, arm, steps, slice)
    for (const [index, share] of present.entries()) {
      const life = lives[index]
      if (life !== undefined) life.expected[slice] = (requests * share) / whole
    }
  }
  return lives
}

function newLife(random: Random, arm: Arm, index: number, slices: number): PodLife {
  return { arm, index, random: split(random, index), expected: new Float64Array(slices).fill(Number.NaN) }
}

function runningPods(
  { plan, stablePods }: SimulatedRollout,
  arm: Arm,
  steps: readonly RecordedStep[],
  slices: number,
): readonly number[] {
  const podsIn = (step: PlannedStep | undefined) =>
    arm === 'canary' ? (step?.pods ?? 0) : (step?.stablePods ?? stablePods)
  return Array.from({ length: slices }, (_, slice) =>
    podsIn(plan[steps.findIndex((step) => holds(step, slice))]),
  )
}

function armTraffic(
  rollout: SimulatedRollout,
  arm: Arm,
  steps: readonly RecordedStep[],
  slice: number,
): number {
  const minute = ((slice - rollout.history) * rollout.sliceSeconds) / 60
  const whole = rollout.traffic.rps * rollout.sliceSeconds * trafficAt(rollout.noise, minute)
  const canary = (steps.find((step) => holds(step, slice))?.weight ?? 0) / 100
  return whole * (arm === 'canary' ? canary : 1 - canary)
}

function holds(step: RecordedStep, slice: number): boolean {
  return slice >= step.slice && slice < step.ends
}

function toMetrics(
  rollout: SimulatedRollout,
  counts: readonly PodCounts[],
): Readonly<Record<string, MetricData>> {
  const { errors, latency, conversion, memory } = rollout.metrics
  const total = counts.map((pod) => pod.requests)
  const named: [string | undefined, MetricData][] = [
    [errors, { kind: 'errors', bad: counts.map((pod) => pod.failed), total }],
    [
      latency,
      {
        kind: 'latency',
        bounds: rollout.service.latencyBounds,
        above: counts.map((pod) => pod.slower),
        total,
      },
    ],
    [
      conversion,
      {
        kind: 'conversion',
        good: counts.map((pod) => pod.orders),
        total: counts.map((pod) => pod.checkouts),
      },
    ],
    [memory, { kind: 'gauge', value: counts.map((pod) => pod.memory) }],
  ]
  const metrics: Record<string, MetricData> = {}
  for (const [name, data] of named) if (name !== undefined) metrics[name] = data
  return metrics
}
