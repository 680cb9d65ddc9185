import { toRegExp } from './to-regexp.ts'
import type { Labels } from './simulated-series.ts'

export type MatchOperator = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  readonly label: string
  readonly operator: MatchOperator
  readonly value: string
  /** A label that a series does not have counts as the empty string. */
  readonly matches: (value: string) => boolean
}

/** Throws a SyntaxError for a regular expression that RE2 would not take. */
export function createMatcher(label: string, operator: MatchOperator, value: string): Matcher {
  return { label, operator, value, matches: testOf(operator, value) }
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ label, matches }) => matches(labels[label] ?? ''))
}

function testOf(operator: MatchOperator, value: string): (value: string) => boolean {
  switch (operator) {
    case '=':
      return (other) => other === value
    case '!=':
      return (other) => other !== value
    case '=~': {
      const expression = toRegExp(value)
      return (other) => expression.test(other)
    }
    case '!~': {
      const expression = toRegExp(value)
      return (other) => !expression.test(other)
    }
    default:
      return operator satisfies never
  }
}
