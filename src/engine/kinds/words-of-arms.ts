import type { MetricNumbers } from '../evidence/metric-evidence.ts'
import type { ArmNumbers, Interval } from '../model/verdict.ts'
import { count, level, percent } from '../model/words.ts'

/** "1.9% of 4,210 canary requests vs 0.4% of 37,800 stable"; `which` restricts the requests: " over 250 ms". */
export function requestsVsStable({ canary, stable }: MetricNumbers, which = ''): string {
  return `${shareOf(canary)} of ${count(canary.of ?? 0)} canary requests${which} vs ${shareOf(stable)} of ${count(stable.of ?? 0)} stable`
}

/** "91% of 420 in the canary vs 94% of 3,900 in stable" */
export function attemptsVsStable({ canary, stable }: MetricNumbers): string {
  return `${shareOf(canary)} of ${count(canary.of ?? 0)} in the canary vs ${shareOf(stable)} of ${count(stable.of ?? 0)} in stable`
}

/** "512 vs 480" */
export function levelVsStable({ canary, stable }: MetricNumbers): string {
  return `${level(canary.value ?? 0)} vs ${level(stable.value ?? 0)}`
}

/** "-2.1% to +4%" */
export function changeRange(low: number, high: number): string {
  const change = (r: number): string =>
    r > 1 - 5e-5 ? `+${percent(Math.max(r - 1, 0))}` : `-${percent(1 - r)}`
  return `${change(low)} to ${change(high)}`
}

/**
 * ", at least 2.1 times worse" where the whole interval is beyond the tolerance, otherwise ", about 4.8 times worse".
 */
export function howMuch(
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

/** "up to 9%" above stable */
export function upTo(ratio: number | undefined): string {
  return ratio === undefined || ratio > FAR ? 'much' : `up to ${percent(Math.max(ratio - 1, 0))}`
}

const FAR = 15

/** The largest ratio that a pass leaves possible: the end of the interval or the margin, whichever is smaller. */
export function mostLeft(ratio: Interval | undefined, margin: number | undefined): number | undefined {
  if (ratio === undefined || margin === undefined) return undefined
  return Math.max(Math.min(ratio.high, margin), 1)
}

function shareOf(arm: ArmNumbers): string {
  return arm.of === undefined || arm.of === 0 ? '0%' : percent((arm.events ?? 0) / arm.of)
}
