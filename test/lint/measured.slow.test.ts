import { expect, test } from 'vitest'
import { outcomesBySlice } from '../../src/engine/index.ts'
import type { MetricData, Recording } from '../../src/engine/model/recording.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { fixedThreshold } from '../../src/lint/rules/both/fixed-threshold.ts'
import { tooFast } from '../../src/lint/rules/both/too-fast.ts'
import { noises } from '../../src/simulate/noise.ts'
import { playRollout } from '../../src/simulate/play-rollout.ts'
import { type RolloutOptions, simulateRollout } from '../../src/simulate/simulate-rollout.ts'

const shareOf = (rollouts: number, holds: (number: number) => boolean): number =>
  (100 * Array.from({ length: rollouts }, (_, i) => holds(i)).filter(Boolean).length) / rollouts

/** Three steps of ten minutes at 5, 25 and 50 %, 0.5 % errors. */
const healthy = (rps: number, noise: 'quiet' | 'bursty', seed: number): Recording =>
  simulateRollout({
    seed: `thresholds ${noise} ${rps} ${seed}`,
    history: 1,
    traffic: { rps, podSd: 0 },
    noise: noises[noise],
    metrics: { errors: 'errors' },
  })

/** How often the canary's failures of a minute are above 1 %. */
function failedChecks({ pods, metrics, rolloutStart, slices }: Recording): number {
  const { errors } = metrics
  const canary = [...pods.entries()].filter(([, { arm }]) => arm === 'canary').map(([index]) => index)
  const inMinute = (rows: Extract<MetricData, { kind: 'errors' }>['bad'], slice: number): number =>
    canary.reduce((sum, pod) => sum + (rows[pod]?.[slice] ?? 0), 0)
  if (errors?.kind !== 'errors') throw new Error('expected errors')
  return Array.from({ length: slices - rolloutStart }, (_, i) => rolloutStart + i).filter(
    (slice) => inMinute(errors.bad, slice) > 0.01 * inMinute(errors.total, slice),
  ).length
}

test('the figures in the rule fixed-threshold are what the simulation gives', () => {
  const aborted = (rps: number, noise: 'quiet' | 'bursty', tolerated: number): string =>
    `${Math.round(shareOf(200, (i) => failedChecks(healthy(rps, noise, i)) > tolerated))} %`
  expect(fixedThreshold.why).toContain(
    `tolerates no failed check aborts ${aborted(5, 'quiet', 0)} at 5 requests a second and ${aborted(50, 'quiet', 0)} at 50; ` +
      `with four tolerated, ${aborted(5, 'quiet', 4)} and ${aborted(50, 'quiet', 4)}, and ${aborted(50, 'bursty', 4)} at 50 when errors come in bursts`,
  )
})

const { policy } = parsePolicy(
  JSON.stringify({
    name: 'default',
    metrics: [
      { name: 'errors', kind: 'errors' },
      { name: 'latency', kind: 'latency', quantile: 0.95 },
    ],
  }),
)

/** The share of canaries with twice the errors that the judge stops, with so many minutes for each of three steps. */
function stopped(minutes: number, rollouts: number): number {
  const plan = [5, 25, 50]
  const record = (lengths: readonly number[], seed: number): Recording => {
    const options: RolloutOptions = {
      seed: `too fast ${seed}`,
      plan: lengths.map((length, i) => ({ weight: plan[i] ?? 0, minutes: length, pods: [1, 5, 10][i] ?? 1 })),
      effect: { errors: 2 },
      metrics: { errors: 'errors', latency: 'latency' },
    }
    const recording = simulateRollout(options)
    const steps = (recording.steps ?? []).map((step, i) => ({
      ...step,
      ends: step.slice + minutes,
      next: plan[i + 1] ?? 100,
    }))
    return { ...recording, gates: plan.length, steps }
  }
  return shareOf(rollouts, (seed) => {
    const judge = (lengths: readonly number[]) =>
      outcomesBySlice(record(lengths, seed), policy).looks.map(({ judged }) => judged)
    const planned = plan.map(() => minutes)
    return playRollout(judge, { planned, hold: policy.hold.forSeconds / 60 }).end !== 'promoted'
  })
}

test('the figures in the rule too-fast are what the simulation gives, within its error', () => {
  const [, short = 'none', long = 'none'] = /stop (\d+) % of .* stop (\d+) %/.exec(tooFast.why) ?? []
  const found = [stopped(1, 100), stopped(10, 100)]
  const named = [Number(short), Number(long)]
  // three standard errors of a share near 12 %
  for (const [i, share] of found.entries())
    expect([found, Math.abs(share - (named[i] ?? 0)) < 11]).toEqual([found, true])
})
