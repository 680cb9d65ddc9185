import type { Matcher } from './matcher.ts'

/** The PromQL that is simulated, parsed and of the right types. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'time' }
  | Selector
  | Range
  | { readonly kind: 'timestamp'; readonly of: Selector }
  | { readonly kind: 'over-time'; readonly name: OverTime; readonly of: Range }
  | {
      readonly kind: 'aggregate'
      readonly name: Aggregation
      readonly by: readonly string[]
      readonly of: Expression
    }
  | { readonly kind: 'topk'; readonly count: number; readonly of: Expression }
  | {
      readonly kind: 'arithmetic'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }

export interface Selector {
  readonly kind: 'selector'
  readonly matchers: readonly Matcher[]
  readonly offsetMs: number
}

export interface Range {
  readonly kind: 'range'
  readonly matchers: readonly Matcher[]
  readonly offsetMs: number
  readonly rangeMs: number
}

export const overTimes = [
  'rate',
  'increase',
  'count_over_time',
  'sum_over_time',
  'max_over_time',
  'min_over_time',
  'last_over_time',
] as const
export type OverTime = (typeof overTimes)[number]

export const aggregations = ['sum', 'count', 'max', 'min'] as const
export type Aggregation = (typeof aggregations)[number]

export const operators = ['+', '-', '*', '/'] as const
export type Operator = (typeof operators)[number]

export type ValueType = 'scalar' | 'vector' | 'matrix'

export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
    case 'time':
      return 'scalar'
    case 'range':
      return 'matrix'
    case 'selector':
    case 'timestamp':
    case 'over-time':
    case 'aggregate':
    case 'topk':
      return 'vector'
    case 'arithmetic':
      return typeOf(expression.left) === 'scalar' ? typeOf(expression.right) : 'vector'
    default:
      return expression satisfies never
  }
}
