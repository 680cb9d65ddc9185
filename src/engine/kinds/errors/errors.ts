import { errorsEvidence } from './errors-evidence.ts'
import type { Kind } from '../kind.ts'
import { howMuch, mostLeft, requestsVsStable } from '../words-of-arms.ts'
import { ratioMargin } from '../../model/margins.ts'
import type { ErrorsPolicy } from '../../model/policy.ts'
import type { ErrorsData } from '../../model/recording.ts'
import { count, percent, times } from '../../model/words.ts'

/** Above this ratio the canary's own count of failures is the clearer number. */
const KNOWS_NOTHING = 15

/** The share of requests that fail. */
export const errors = {
  defaults: { required: true, tolerance: 1, margin: 1.5, absoluteMargin: 0.001, mde: 1.5 },
  noWorse: 1,
  evidenceShare: 0.33,
  gateShare: 0.45,
  noun: 'request',
  evidence: errorsEvidence,
  absoluteRules: ({ limit }) => (limit === undefined ? ['crash'] : ['crash', 'limit']),
  margin: ratioMargin,
  worse: ({ name, tolerance }, numbers) =>
    `${name} ${requestsVsStable(numbers)}${howMuch(numbers.ratio, tolerance, (r) => `${times(r)} worse`)}`,
  overLimit: ({ name, limit = 0 }, numbers) =>
    `${name} over the limit of ${percent(limit)}: ${requestsVsStable(numbers)}`,
  ruledOut: (metric, { canary, ratio }, factor, byRatio) => {
    // without any error the ratio means nothing, but the count of requests does
    if (canary.events === 0) return `no ${metric.name} in ${count(canary.of ?? 0)} requests`
    if (canary.events !== undefined && !byRatio()) {
      return `${metric.name} below ${percent(metric.absoluteMargin * factor)} of ${count(canary.of ?? 0)} requests`
    }
    const most = mostLeft(ratio, ratioMargin(metric, factor))
    return most === undefined ? undefined : `${metric.name} at most ${times(most)}`
  },
  notRuledOut: ({ name }, { canary, ratio }) => {
    if (ratio !== undefined && ratio.high <= KNOWS_NOTHING)
      return `${name} up to ${times(Math.max(ratio.high, 1))}`
    const { events = 0, of = 0 } = canary
    // three more than were seen, which is the upper 95 % bound where no failure was seen
    return of > 0 ? `${name} up to ${percent(Math.min((events + 3) / of, 1))}` : `any ${name}`
  },
  range: (low, high) => `${times(low).replace(' times', '')} to ${times(high)} stable's`,
} as const satisfies Kind<ErrorsPolicy, ErrorsData>
