import { withoutFailures, inverseOf } from './failure-matchers.ts'
import type { ArmsOfQuery } from '../arms/arms-of.ts'
import type { AskedQuery } from '../asked.ts'
import type { Selector } from '../../../sources/prometheus/queries/selector.ts'
import { kept, type NearestMetric, none, percentText, type ShapeOf, toleranceOf } from './nearest-metric.ts'

/** A share of one counter in another one: of failures, or of successes. */
export function toShare(shape: ShapeOf<'share'>, asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  const { part, whole, isRest, factor } = shape
  const isGood = (asked.worse === 'lower') !== isRest
  const value = asked.fixed === undefined ? undefined : asked.fixed / factor
  if (value !== undefined && value > 1) return none(`${asked.fixed} is no share`)
  const share = value === undefined || !isRest ? value : 1 - value
  if (!isGood) return errors({ total: whole, bad: part, limit: share }, asked, arms)
  // a ratio that is tolerated is one of the successes
  const bad = asked.tolerated === undefined ? inverseOf(part, whole) : undefined
  if (bad === undefined) return conversion(part, whole, asked, arms)
  return errors({ total: whole, bad, limit: share === undefined ? undefined : 1 - share }, asked, arms)
}

interface Errors {
  readonly total: Selector
  readonly bad: Selector
  readonly limit: number | undefined
}

function errors({ total, bad, limit }: Errors, asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  const fits = limit !== undefined && limit > 1e-9 && limit < 1
  const isOfSuccesses = asked.worse === 'lower' && asked.tolerated !== undefined
  return {
    metric: {
      name: asked.name,
      kind: 'errors',
      total: kept(total, arms),
      bad: kept(bad, arms),
      ...(isOfSuccesses ? { tolerance: 1 } : toleranceOf(asked)),
      ...(fits && { limit: percentText(limit) }),
    },
    notes: [
      ...(isOfSuccesses
        ? ['the tolerated ratio is one of the successes, so failures are compared as "no worse"']
        : []),
      ...(limit === undefined || fits
        ? []
        : [`no share of failures has the limit that follows from ${asked.fixed}, so it has none`]),
    ],
  }
}

function conversion(good: Selector, total: Selector, asked: AskedQuery, arms: ArmsOfQuery): NearestMetric {
  const { tolerated, fixed } = asked
  return {
    metric: {
      name: asked.name,
      kind: 'conversion',
      good: kept(good, arms),
      total: kept(total, arms),
      ...(tolerated !== undefined && { tolerance: percentText(Math.max(0, 1 - tolerated)) }),
    },
    notes:
      fixed === undefined
        ? []
        : [
            `the share of successes is compared with stable's; conversion has no limit, so ${fixed} is left out`,
          ],
  }
}

/** Failures a second, which become a share when a matcher says what is a failure. */
export function toShareOfFailures(
  { counter }: ShapeOf<'rate'>,
  asked: AskedQuery,
  arms: ArmsOfQuery,
): NearestMetric {
  const total = withoutFailures(counter)
  if (asked.worse === 'lower' || total === undefined)
    return none(
      'events a second follow the share of the traffic, and the query does not say of what they are a share',
    )
  const { metric, notes } = errors({ total, bad: counter, limit: undefined }, asked, arms)
  const guess = `failures a second are compared as a share of all requests; a guess to check: total is ${kept(total, arms)}`
  const bound =
    asked.fixed === undefined ? [] : [`${asked.fixed} is a bound of failures a second, so there is no limit`]
  return { ...(metric !== undefined && { metric }), notes: [guess, ...bound, ...notes] }
}
