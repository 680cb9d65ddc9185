import { describe, expect, it } from 'vitest'
import { cells, type RolloutCell } from '../../bench/rollouts/cells.ts'
import { expectedExcess } from '../../bench/rollouts/excess.ts'
import { plannedMinutes, plans } from '../../bench/rollouts/plans.ts'
import { type Judge, play } from '../../bench/rollouts/play.ts'
import { makeRollout } from '../../bench/rollouts/rollout.ts'
import { rolloutRules } from '../../bench/rollouts/rollout-rules.ts'
import { runRollouts } from '../../bench/rollouts/run-rollouts.ts'
import { readRolloutResults } from '../../bench/rollouts/read-results.ts'
import { toJson, toMarkdown } from '../../bench/rollouts/report.ts'
import type { Decided } from '../../src/engine/decision/decide.ts'
import { plannedSeconds } from '../../src/engine/model/planned-seconds.ts'

const policy = rolloutRules[0]?.policy
if (policy === undefined) throw new Error('expected a rule')
const cell = (name: string): RolloutCell => {
  const found = cells.find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected a cell, got ${name}`)
  return found
}
const healthy = cell('by traffic: healthy, quiet, 5 rps, 0.5 %')
const doubled = cell('harm by traffic: errors-x2, quiet, 5 rps, 0.5 %')

/** Judges a look by the minutes since its step began: `passesAt` of each step, `failsAt` of the whole. */
function judgeBy(passesAt: readonly number[], failsAt = Infinity): Judge {
  return (_rollout, lengths) =>
    lengths.flatMap((length, i) =>
      Array.from({ length }, (_, k): Decided => {
        const t = lengths.slice(0, i).reduce((sum, one) => sum + one, 0) + k
        const judged = t >= failsAt ? 'fail' : k >= (passesAt[i] ?? Infinity) ? 'pass' : 'inconclusive'
        return {
          t,
          judged,
          verdict: judged,
          logHarm: 0,
          logThreshold: 1,
          atGate: false,
          mature: 1,
          bothFailing: false,
        }
      }),
    )
}

describe('play(rollout, policy, judge)', () => {
  const rollout = makeRollout(healthy, '1')

  it('ends a step with the look that passes it, early, on time or in its hold', () => {
    expect(play(rollout, policy, judgeBy([9, 9, 9]))).toEqual({ end: 'promoted', lengths: [10, 10, 10] })
    expect(play(rollout, policy, judgeBy([4, 9, 15]))).toEqual({ end: 'promoted', lengths: [5, 10, 16] })
  })

  it('asks a person when the hold is over, and aborts at the first fail', () => {
    expect(play(rollout, policy, judgeBy([9, 60]))).toEqual({ end: 'asked', lengths: [10, 20] })
    expect(play(rollout, policy, judgeBy([9, 9, 9], 12))).toEqual({ end: 'aborted', lengths: [10, 3] })
  })

  it('simulates the same counts up to where a step ends otherwise', () => {
    const [long, short] = [rollout.recording([10, 10]), rollout.recording([10, 4, 10])]
    const errors = (recording: typeof long) => {
      const { errors: data } = recording.metrics
      return data?.kind === 'errors' ? data.bad.map((row) => row?.slice(0, 134)) : []
    }
    expect(errors(short).slice(0, 12)).toEqual(errors(long).slice(0, 12))
  })
})

describe('the plans', () => {
  it('last half an hour, as a policy with step: auto divides it', () => {
    for (const plan of Object.values(plans)) {
      const of = plan.weights.length
      expect(plan.minutes.map((minutes) => minutes * 60)).toEqual(
        plan.weights.map((_, index) =>
          plannedSeconds({ ...policy, stepSeconds: 'auto', rolloutSeconds: 1800 }, { index, of }, 60),
        ),
      )
      expect(plannedMinutes(plan)).toBeLessThanOrEqual(30)
    }
  })
})

describe('expectedExcess(cell, played)', () => {
  it('counts the harm of the traffic that the canary had, and of an hour after a promotion', () => {
    const perMinute = 5 * 60 * 0.005
    expect(expectedExcess(doubled, { end: 'aborted', lengths: [10, 3] })).toBeCloseTo(
      perMinute * (0.5 + 0.75),
    )
    expect(expectedExcess(doubled, { end: 'asked', lengths: [10] })).toBeCloseTo(perMinute * (0.5 + 0.75))
    expect(expectedExcess(doubled, { end: 'promoted', lengths: [10, 10, 10] })).toBeCloseTo(
      perMinute * (8 + 60),
    )
    expect(expectedExcess(healthy, { end: 'promoted', lengths: [10, 10, 10] })).toBe(0)
  })
})

describe('runRollouts', () => {
  it('gives the same tally however the work is split, and a report with every rule', () => {
    const whole = runRollouts(healthy, rolloutRules, 's', { from: 0, to: 2 })
    const parts = [0, 1].map((from) => runRollouts(healthy, rolloutRules, 's', { from, to: from + 1 }))
    expect(whole.map(({ minutes }) => minutes)).toEqual(
      rolloutRules.map((_, i) => (parts[0]?.[i]?.minutes ?? 0) + (parts[1]?.[i]?.minutes ?? 0)),
    )
    const results = whole.map((tally) => ({ cell: healthy, ...tally }))
    const text = toMarkdown({ seed: 's', command: 'c', results }, rolloutRules)
    for (const { title } of rolloutRules) expect(text).toContain(title)
    const read = readRolloutResults(toJson({ seed: 's', command: 'c', results }))
    expect([read.command, read.results.length]).toEqual(['c', results.length])
    expect(read.of('balanced', healthy)).toMatchObject({
      cell: healthy,
      rollouts: 2,
      promoted: whole[0]?.promoted,
    })
  })

  it('counts a rollout that is seldom judged by a rule in every so many only', () => {
    const rollouts = runRollouts(healthy, rolloutRules, 's', { from: 1, to: 2 }).map(
      (tally) => tally.rollouts,
    )
    expect(rollouts).toEqual(rolloutRules.map(({ every }) => (every === 1 ? 1 : 0)))
  })
})
