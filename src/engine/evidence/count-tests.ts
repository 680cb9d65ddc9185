import { logAddExp } from '../stats/log-add-exp.ts'
import { capBursts, countOnce, learnCappedNoise } from '../noise/bursts.ts'
import type { ArmDispersion } from '../noise/dispersion.ts'
import type { HistoryMemory } from '../noise/history-memory.ts'
import { capLoneBursts } from '../noise/lone-bursts.ts'
import { harmEvidence, nonInferiorityEvidence } from './likelihood-ratio.ts'
import type { PodCounts } from '../counts/pod-counts.ts'
import { scoreTest, type ScoreTest } from './score-test.ts'
import type { Restart } from '../model/rollout-plan.ts'
import { valueAt } from '../model/value-at.ts'
import type { SliceWindow } from '../counts/slices.ts'
import { makeCountSeries, type CountSeries } from './count-series.ts'

/** All tests of one share of requests: of the counts as they are, and of capped counts where history has bursts. */
export interface CountTests {
  readonly plain: CountSeries
  /** The same with bursts capped; undefined where capping is not worth it. */
  readonly capped?: CountSeries
  harm(theta0: Float64Array): Float64Array
  pass(theta0: Float64Array): Float64Array
  test(theta0: Float64Array): ScoreTest
  /** The same with failures that come together counted once; undefined where less is worse. */
  readonly once?: CountedOnce
}

export interface CountedOnce {
  /** The events of both arms so far, not capped. */
  readonly events: Float64Array
  harm(theta0: Float64Array): Float64Array
  test(theta0: Float64Array): ScoreTest
}

export interface CountTestsInput {
  readonly pods: readonly PodCounts[]
  readonly window: SliceWindow
  readonly tau: number
  readonly mde: number
  readonly lessIsWorse?: boolean
  /** The smallest cap, in multiples of what is expected; undefined = never capped, for metrics where less is worse. */
  readonly leastCap?: number
  readonly memory?: HistoryMemory | undefined
}

export function countTests(input: CountTestsInput): CountTests {
  const { mde, window } = input
  const plain = makeCountSeries({ ...input, lessIsWorse: input.lessIsWorse ?? false })
  const capped = cappedStream(input, plain)
  const robust = capped ?? plain
  const passing = capped === undefined ? plain : withLonePodsWhole(capped, plain)
  const restarts = window.plan.restarts
  return {
    plain,
    ...(capped === undefined ? {} : { capped }),
    ...(input.leastCap === undefined ? {} : { once: countedOnce(plain, input.leastCap, mde, restarts) }),
    harm: (theta0) => {
      const whole = harmEvidence(plain, theta0, mde, restarts)
      if (capped === undefined) return whole
      const careful = harmEvidence(capped, theta0, mde, restarts)
      return plain.dispersion.kind === 'pods' ? halfAndHalf(whole, careful) : mostlyOf(careful, whole)
    },
    pass: (theta0) => nonInferiorityEvidence(passing, theta0, mde),
    test: (theta0) => {
      const whole = scoreTest(robust, theta0)
      if (passing === robust) return whole
      const lone = scoreTest(passing, theta0)
      return { harmP: (t) => whole.harmP(t), goodP: (t) => lone.goodP(t) }
    },
  }
}

function countedOnce(
  plain: CountSeries,
  leastCap: number,
  mde: number,
  restarts: readonly Restart[],
): CountedOnce {
  const arms = countOnce(plain.arms, plain.dispersion.share, leastCap)
  const series: CountSeries = { ...plain, arms, facing: arms }
  let sum = 0
  return {
    events: plain.arms.canary.events.map((x, t) => (sum += x + valueAt(plain.arms.stable.events, t))),
    harm: (theta0) => harmEvidence(series, theta0, mde, restarts),
    test: (theta0) => scoreTest(series, theta0),
  }
}

/** The same null in every slice. */
export function constantNull(slices: number, theta0: number): Float64Array {
  return new Float64Array(slices).fill(theta0)
}

/** ln of the mean of two e-values. */
export function halfAndHalf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((log, t) => logAddExp(log, b[t] ?? 0) - Math.LN2)
}

/** The weight of evidence from counts that are not capped, where a burst cannot be distinguished from harm. */
const WHOLE_SHARE = 0.001

function mostlyOf(robust: Float64Array, whole: Float64Array): Float64Array {
  const [most, rest] = [Math.log(1 - WHOLE_SHARE), Math.log(WHOLE_SHARE)]
  return robust.map((log, t) => logAddExp(log + most, valueAt(whole, t) + rest))
}

function cappedArms(
  { pods, window, tau, leastCap = 1 }: CountTestsInput,
  plain: CountSeries,
  dispersion: ArmDispersion,
): CountSeries | undefined {
  if (window.learnsOn !== true) return undefined
  const found = capLoneBursts(pods, window, { arms: plain.arms, dispersion }, (1 + leastCap) / 2)
  return found && makeCountSeries({ pods, window, tau, lessIsWorse: false, ...found })
}

/**
 * A canary pod without a neighbour is capped by what stable does. So capped it would look like stable and pass
 * whatever it did; therefore its counts are not capped as evidence for a pass.
 */
function withLonePodsWhole(capped: CountSeries, plain: CountSeries): CountSeries {
  const { canary } = plain.arms
  if (!canary.pods.includes(1)) return capped
  const events = capped.arms.canary.events.map((x, t) => (canary.pods[t] === 1 ? (canary.events[t] ?? x) : x))
  const arms = { canary: { ...capped.arms.canary, events }, stable: capped.arms.stable }
  return { ...capped, arms, facing: arms }
}

function cappedStream(input: CountTestsInput, plain: CountSeries): CountSeries | undefined {
  const { pods, window, tau, leastCap } = input
  if (leastCap === undefined) return undefined
  if (plain.dispersion.kind === 'arm') return cappedArms(input, plain, plain.dispersion)
  const stable = pods.filter((pod) => pod.arm === 'stable')
  const rollout = { arms: plain.arms, plan: window.plan }
  const noise = learnCappedNoise(
    stable,
    window.start,
    plain.dispersion,
    leastCap,
    rollout,
    input.memory?.capped,
  )
  if (noise === undefined) return undefined
  const arms = capBursts(plain.arms, plain.dispersion.share, leastCap)
  return makeCountSeries({ pods, window, tau, lessIsWorse: false, arms, ...noise })
}
