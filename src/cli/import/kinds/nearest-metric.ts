import { printSelector, type Selector } from '../../../sources/prometheus/queries/selector.ts'
import type { QueryShape } from '../../../sources/prometheus/queries/measure.ts'
import type { ArmsOfQuery } from '../arms/arms-of.ts'
import type { AskedQuery, WrittenMetric } from '../asked.ts'

/** The metric of a policy that comes nearest to a query, or none; and what is different, in a sentence each. */
export interface NearestMetric {
  readonly metric?: WrittenMetric
  readonly notes: readonly string[]
}

export type ShapeOf<K extends QueryShape['kind']> = Extract<QueryShape, { kind: K }>

export const none = (why: string): NearestMetric => ({ notes: [why] })

/** The selector as the policy writes it, without the matchers that find the canary. */
export const kept = (selector: Selector, { isKept }: ArmsOfQuery): string =>
  printSelector({ ...selector, matchers: selector.matchers.filter(isKept) })

export const toleranceOf = ({ tolerated }: AskedQuery): { readonly tolerance?: number } =>
  tolerated === undefined ? {} : { tolerance: tolerated }

export const percentText = (share: number): string => `${Number((share * 100).toPrecision(6))}%`
