import type { Culprit } from '../decision/attribute.ts'
import type { MetricEvidence, MetricNumbers } from '../evidence/metric-evidence.ts'
import type { MetricPolicy } from '../model/policy.ts'
import type { ArmNumbers, Interval } from '../model/verdict.ts'
import { count, level, percent, seconds, times } from '../model/words.ts'

/** What is wrong with one metric, with the numbers of slice `t`. */
export function describeHarm(metric: MetricEvidence, rule: Culprit['rule'], t: number): string {
  if (rule === 'worse') return describeWorse(metric.policy, metric.numbers(t))
  const found = metric.rules.find((candidate) => candidate.rule === rule)
  const numbers = found?.numbers(t) ?? metric.numbers(t)
  if (rule === 'crash') return `${metric.policy.name} ${arms(numbers)}, crashing`
  return describeLimit(metric.policy, numbers)
}

function describeWorse(policy: MetricPolicy, numbers: MetricNumbers): string {
  const { name } = policy
  switch (policy.kind) {
    case 'errors':
      return `${name} ${arms(numbers)}${howMuch(numbers.ratio, policy.tolerance, (r) => `${times(r)} worse`)}`
    case 'conversion': {
      const drop = numbers.ratio && {
        estimate: 1 - numbers.ratio.estimate,
        low: 1 - numbers.ratio.high,
      }
      return `${name} ${attempts(numbers)}${howMuch(drop, policy.tolerance, (d) => `${percent(Math.max(d, 0))} lower`)}`
    }
    case 'latency': {
      return `${name}${slower(numbers.ratio, policy.tolerance)}: ${overBound(numbers)}`
    }
    case 'gauge': {
      // the numbers are of the whole rollout, and a level may have risen only lately
      if ((numbers.ratio?.estimate ?? 1) <= 1)
        return `${name} higher than stable in the latest slices; over the whole rollout ${levels(numbers)}`
      const higher = howMuch(numbers.ratio, policy.tolerance, (r) => `${percent(r - 1)} higher`)
      return `${name}${higher.replace(',', '')} than stable, ${levels(numbers)}`
    }
    default:
      return policy satisfies never
  }
}

function describeLimit(policy: MetricPolicy, numbers: MetricNumbers): string {
  const { name } = policy
  if (policy.kind === 'latency')
    return `${name} over its limit of ${seconds(policy.limit ?? 0)}: ${overBound(numbers)}`
  if (policy.kind === 'errors')
    return `${name} over the limit of ${percent(policy.limit ?? 0)}: ${arms(numbers)}`
  const limit = policy.kind === 'gauge' ? (policy.limit ?? 0) : 0
  return `${name} over the limit of ${level(limit)}: ${levels(numbers)}`
}

/** The bound that holds at every look where it says something, else the estimate. */
function howMuch(
  ratio: Pick<Interval, 'estimate' | 'low'> | undefined,
  tolerated: number,
  words: (r: number) => string,
): string {
  if (ratio === undefined) return ''
  const least = words(ratio.low)
  return ratio.low > tolerated && !/^[01](%| times) /.test(least)
    ? `, at least ${least}`
    : `, about ${words(ratio.estimate)}`
}

/** A quantile's change cannot be read off the shares beside it, so both the estimate and the bound are told. */
function slower(ratio: Interval | undefined, tolerated: number): string {
  if (ratio === undefined) return ' slower'
  const least = ratio.low > tolerated ? `, at least ${percent(ratio.low - 1)}` : ''
  return ` about ${percent(Math.max(ratio.estimate - 1, 0))} slower${least}`
}

function arms({ canary, stable }: MetricNumbers): string {
  return `${shareOf(canary)} of ${count(canary.of ?? 0)} canary requests vs ${shareOf(stable)} of ${count(stable.of ?? 0)} stable`
}

/** What could convert is seldom a request. */
function attempts({ canary, stable }: MetricNumbers): string {
  return `${shareOf(canary)} of ${count(canary.of ?? 0)} in the canary vs ${shareOf(stable)} of ${count(stable.of ?? 0)} in stable`
}

function overBound({ canary, stable, bound }: MetricNumbers): string {
  const over = bound === undefined ? 'slow' : `over ${seconds(bound)}`
  return `${shareOf(canary)} of ${count(canary.of ?? 0)} canary requests ${over} vs ${shareOf(stable)} of ${count(stable.of ?? 0)} stable`
}

function levels({ canary, stable }: MetricNumbers): string {
  return `${level(canary.value ?? 0)} vs ${level(stable.value ?? 0)}`
}

function shareOf(arm: ArmNumbers): string {
  return arm.of === undefined || arm.of === 0 ? '0%' : percent((arm.events ?? 0) / arm.of)
}
