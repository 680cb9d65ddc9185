import type { SyntaxNode } from '@lezer/common'
import { parseSelector, type Selector, textOf } from './selector.ts'

interface Counter {
  readonly selector: Selector
  /** Whether the query adds up its series. */
  readonly isSum: boolean
}

/** The counter of `sum(rate(counter[5m]))`, or of `rate(counter[5m])` alone. */
export function counterOf(
  written: SyntaxNode,
  text: string,
  by: readonly string[] = [],
): Counter | undefined {
  const node = withoutWrapping(written, text)
  if (node.name !== 'AggregateExpr') {
    const selector = rateOf(node, text)
    return selector === undefined ? undefined : { selector, isSum: false }
  }
  const inner = node.getChild('FunctionCallBody')?.firstChild
  if (node.getChild('AggregateOp')?.getChild('Sum') == null || inner == null) return undefined
  const selector = rateOf(withoutWrapping(inner, text), text)
  if (selector === undefined || !isOneSeries(node, text, selector, by)) return undefined
  return { selector, isSum: true }
}

/** Whether a grouping leaves one series: its labels have one value each, or are expected. */
export function isOneSeries(
  aggregate: SyntaxNode,
  text: string,
  selector: Selector,
  expected: readonly string[] = [],
): boolean {
  const modifier = aggregate.getChild('AggregateModifier')
  if (modifier === null) return true
  if (modifier.getChild('By') === null) return false
  const labels = (modifier.getChild('GroupingLabels')?.getChildren('LabelName') ?? []).map((label) =>
    textOf(label, text),
  )
  const fixed = selector.matchers.filter((matcher) => /^[^=!]*=["'`]/.test(matcher.text))
  return labels.every((label) => expected.includes(label) || fixed.some((each) => each.label === label))
}

/** What parentheses, `or vector(0)`, `scalar()` and `round()` hold. */
export function withoutWrapping(node: SyntaxNode, text: string): SyntaxNode {
  const inner = wrapped(node, text)
  return inner == null ? node : withoutWrapping(inner, text)
}

function wrapped(node: SyntaxNode, text: string): SyntaxNode | null | undefined {
  switch (node.name) {
    case 'ParenExpr':
      return node.firstChild
    case 'BinaryExpr':
      return node.getChild('Or') !== null && isConstant(node.lastChild, text) ? node.firstChild : undefined
    case 'FunctionCall': {
      const name = textOf(node.getChild('FunctionIdentifier') ?? node, text)
      return name === 'scalar' || name === 'round' ? node.getChild('FunctionCallBody')?.firstChild : undefined
    }
    default:
      return undefined
  }
}

const isConstant = (node: SyntaxNode | null, text: string): boolean =>
  node !== null && /^\(?(?:vector\s*\(\s*)?[\d.]+\s*\)?\)?$/.test(textOf(node, text))

/** The usual names of metrics that only grow. */
export const isCounter = /_(?:total|count|sum|bucket)$/

/** The functions that show by how much a counter grows. */
export const rates: ReadonlySet<string> = new Set(['rate', 'irate', 'increase'])

function rateOf(node: SyntaxNode, text: string): Selector | undefined {
  const name = node.getChild('FunctionIdentifier')
  const matrix = node.getChild('FunctionCallBody')?.firstChild
  if (node.name !== 'FunctionCall' || name === null || matrix?.name !== 'MatrixSelector') return undefined
  const selector = matrix.getChild('VectorSelector')
  const hasName = selector?.getChild('Identifier') != null
  return rates.has(textOf(name, text)) && selector !== null && hasName
    ? parseSelector(textOf(selector, text))
    : undefined
}
