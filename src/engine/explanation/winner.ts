import type { Decided } from '../decision/decide.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { metricPasses } from '../decision/rules/pass-within-margin.ts'
import type { RunEvidence } from '../decision/gather.ts'
import { requiredMetrics } from '../decision/required-metrics.ts'
import type { MetricEvidence } from '../evidence/metric-evidence.ts'
import { kindOf } from '../kinds/kinds.ts'
import { sawAny } from '../model/saw-any.ts'
import type { Reason, Winner, WinnerAnswer } from '../model/verdict.ts'
import { list } from '../model/words.ts'
import { type Harm, harmFound } from './harm-found.ts'
import { sentences } from './sentences.ts'
import { undecided, type Uncertainty } from './uncertainty.ts'

/** A look that asks which arm is better. */
export interface Comparison {
  readonly run: RunEvidence
  readonly look: Decided
  readonly answer: WinnerAnswer
  /** Where the canary is worse. */
  readonly harm: Harm | undefined
  /** The same rollout with the arms exchanged; its harm is where stable is worse. */
  readonly exchanged: { readonly run: RunEvidence; readonly look: Decided; readonly harm: Harm | undefined }
}

export function comparisonOf(
  run: RunEvidence,
  look: Decided,
  harm: Harm | undefined,
): Comparison | undefined {
  if (run.opposite === undefined || look.winner === undefined) return undefined
  const { answer, opposite } = look.winner
  const { failed, logHarm, logThreshold } = opposite
  // by now more metrics may be better than the one that was the first
  const cause = failed && logHarm >= logThreshold ? { by: 'path' as const, t: opposite.t } : failed
  const gain = cause && harmFound(run.opposite, opposite, cause)
  return { run, look, answer, harm, exchanged: { run: run.opposite, look: opposite, harm: gain } }
}

/** "canary better: conversion +4% to +12%"; nothing where the answer is undecided and no metric is better. */
export function comparisonText(comparison: Comparison, open: string): string {
  const { answer, harm } = comparison
  const better = betterText(comparison)
  switch (answer) {
    case 'canary-better':
      return sentences.canaryBetter(better)
    case 'stable-better':
      return sentences.stableBetter(harm?.text ?? '')
    case 'each-better':
      return sentences.eachBetter(better, harm?.text ?? '')
    case 'no-difference':
      return sentences.noDifference(
        requiredMetrics(comparison.run).map((metric) => standing(metric, comparison.look.t)),
      )
    case 'undecided':
      return better === '' ? open : sentences.betterSoFar(better, open)
    default:
      return answer satisfies never
  }
}

export function comparisonReasons(comparison: Comparison): readonly Reason[] {
  const { answer } = comparison
  return answer === 'undecided' ? [] : [{ code: answer, text: comparisonText(comparison, '') }]
}

/** What the answer is worth: the chance of giving it where it is wrong. */
export function winnerOf({ answer, run }: Comparison): Winner {
  if (answer === 'undecided') return { answer, text: sentences.noWinnerYet }
  const { falseAbort, missedHarm } = run.policy
  return answer === 'no-difference'
    ? { answer, error: missedHarm, text: sentences.alikeError(missedHarm) }
    : { answer, error: 2 * falseAbort, text: sentences.winnerError(2 * falseAbort) }
}

/**
 * Metrics in which the canary may still be better than stable by more than the margin, besides those that are open
 * anyway.
 */
export function stillOpen(
  { answer, exchanged }: Comparison,
  open: readonly Uncertainty[],
): readonly Uncertainty[] {
  if (answer !== 'undecided' || exchanged.harm !== undefined) return []
  const { run, look } = exchanged
  const named = new Set(open.map(({ reason }) => reason.metric))
  // what is known so far would be of the arms exchanged
  const nothing = (): string => ''
  return requiredMetrics(run)
    .filter(({ policy }) => !named.has(policy.name))
    .flatMap((metric) => undecided(run, metric, look, nothing) ?? [])
}

/** Which arm is better in one metric. */
export function answerOf({ run, look, harm, exchanged }: Comparison, metric: MetricEvidence): WinnerAnswer {
  const { name } = metric.policy
  const names = (found: Harm | undefined): boolean =>
    found?.culprits.some((culprit) => culprit.metric === name) === true
  const [stableBetter, canaryBetter] = [names(harm), names(exchanged.harm)]
  if (stableBetter && canaryBetter) return 'each-better'
  if (stableBetter) return 'stable-better'
  if (canaryBetter) return 'canary-better'
  const alike = [{ run, look }, exchanged].every((direction) =>
    isWithinMargin(direction.run, direction.look, name),
  )
  return alike ? 'no-difference' : 'undecided'
}

function isWithinMargin(run: RunEvidence, look: Decided, name: string): boolean {
  const metric = run.metrics.find(({ policy }) => policy.name === name)
  const next = nextWeight(look.step)
  return (
    metric?.pass(next) !== undefined &&
    sawAny(metric.canaryCounts, look.t) &&
    metricPasses(run, metric, next, look.t, look.atGate)
  )
}

/** Where the canary was shown to be better, with the numbers of this look. */
function betterText({ run, look, exchanged: { harm } }: Comparison): string {
  const names = new Set(harm?.culprits.map(({ metric }) => metric))
  return list(
    run.metrics.filter(({ policy }) => names.has(policy.name)).map((each) => standing(each, look.t)),
  )
}

/** "p95 -12% to -3%" */
function standing(metric: MetricEvidence, t: number): string {
  const { ratio } = metric.numbers(t)
  const { name } = metric.policy
  return ratio === undefined ? name : `${name} ${kindOf(metric.policy).range(ratio.low, ratio.high)}`
}
