import type { Policy } from '../../src/engine/model/policy.ts'
import type { Recording } from '../../src/engine/model/recording.ts'
import { type RolloutCell } from './cells.ts'
import { expectedExcess } from './excess.ts'
import { plannedMinutes, plans } from './plans.ts'
import type { Played } from '../../src/simulate/play-rollout.ts'
import { engineJudge, play } from './play.ts'
import { type Rollout, makeRollout } from './rollout.ts'
import type { RolloutRule } from './rollout-rules.ts'
import type { Rule } from '../rules/rule.ts'

/** Sums over the rollouts of one cell under one rule. */
export interface Tally {
  readonly rule: string
  readonly rollouts: number
  readonly promoted: number
  readonly onTime: number
  readonly aborted: number
  readonly asked: number
  readonly minutes: number
  /** Sum over the aborted rollouts. */
  readonly minutesToAbort: number
  readonly excess: number
  readonly excessSquares: number
}

/** A promotion is on time when it comes at most this long after the planned end. */
const graceMinutes = 2

/** Rollout i of a cell is the same in every run with the same seed, however the work is split. */
export function runRollouts(
  cell: RolloutCell,
  rules: readonly RolloutRule[],
  seed: string,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Tally[] {
  const found = rules.map((): Played[] => [])
  for (let number = from; number < to; number++) {
    const rollout = makeRollout(cell, `${seed} ${cell.name} ${number}`)
    const judge = engineJudge()
    for (const [i, rule] of rules.entries()) {
      if (number % rule.every !== 0) continue
      found[i]?.push(
        rule.rule ? playFixed(rollout, rule.rule, rule.policy) : play(rollout, rule.policy, judge),
      )
    }
  }
  return rules.map(({ name }, i) => tallyOf(cell, name, found[i] ?? []))
}

/** A rule that cannot wait follows the plan until it fails. */
function playFixed(rollout: Rollout, rule: Rule, policy: Policy): Played {
  const { minutes } = plans[rollout.cell.plan]
  const recording = rollout.recording(minutes)
  const { failAt } = rule(recording, policy)
  if (failAt === undefined) return { end: 'promoted', lengths: minutes }
  return { end: 'aborted', lengths: lengthsUntil(recording, failAt) }
}

function lengthsUntil(recording: Recording, failAt: number): readonly number[] {
  const begun = (recording.steps ?? []).filter((step) => step.slice <= failAt)
  return begun.map((step, i) => (begun[i + 1]?.slice ?? failAt + 1) - step.slice)
}

function tallyOf(cell: RolloutCell, rule: string, played: readonly Played[]): Tally {
  const latest = plannedMinutes(plans[cell.plan]) + graceMinutes
  const count = (holds: (one: Played) => boolean): number => played.filter(holds).length
  const sum = (value: (one: Played) => number): number => played.reduce((all, one) => all + value(one), 0)
  const minutes = ({ lengths }: Played): number => lengths.reduce((all, length) => all + length, 0)
  const excesses = new Map(played.map((one) => [one, expectedExcess(cell, one)]))
  const excess = (one: Played): number => excesses.get(one) ?? 0
  return {
    rule,
    rollouts: played.length,
    promoted: count(({ end }) => end === 'promoted'),
    onTime: count((one) => one.end === 'promoted' && minutes(one) <= latest),
    aborted: count(({ end }) => end === 'aborted'),
    asked: count(({ end }) => end === 'asked'),
    minutes: sum(minutes),
    minutesToAbort: sum((one) => (one.end === 'aborted' ? minutes(one) : 0)),
    excess: sum(excess),
    excessSquares: sum((one) => excess(one) ** 2),
  }
}

/** The sum of two tallies of the same rule. */
export function add(a: Tally, b: Tally): Tally {
  return {
    rule: a.rule,
    rollouts: a.rollouts + b.rollouts,
    promoted: a.promoted + b.promoted,
    onTime: a.onTime + b.onTime,
    aborted: a.aborted + b.aborted,
    asked: a.asked + b.asked,
    minutes: a.minutes + b.minutes,
    minutesToAbort: a.minutesToAbort + b.minutesToAbort,
    excess: a.excess + b.excess,
    excessSquares: a.excessSquares + b.excessSquares,
  }
}
