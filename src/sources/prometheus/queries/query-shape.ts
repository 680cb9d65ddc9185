import type { SyntaxNode } from '@lezer/common'
import { AppError } from '../../../errors.ts'
import { argumentsOf } from './arguments-of.ts'
import { counterOf, withoutWrapping } from './counter-of.ts'
import { levelOf } from './level-of.ts'
import type { QueryShape } from './measure.ts'
import { parsePromQl, type Selector, textOf } from './selector.ts'

/** Never throws: what is no PromQL is `other` too. */
export function queryShape(query: string): QueryShape {
  try {
    const top = parsePromQl(query).topNode.firstChild
    return top === null ? other('expected a query, got none') : shapeOf(top, query)
  } catch (error) {
    if (error instanceof AppError) return other(error.message)
    throw error
  }
}

const other = (why: string): QueryShape => ({ kind: 'other', why, factor: 1 })

function shapeOf(written: SyntaxNode, text: string): QueryShape {
  const node = withoutWrapping(written, text)
  if (node.name === 'BinaryExpr') return arithmetic(node, text)
  const quantile = quantileOf(node, text)
  if (quantile !== undefined) return quantile
  const counter = counterOf(node, text)
  if (counter?.isSum === true) return { kind: 'rate', counter: counter.selector, factor: 1 }
  return { ...levelOf(node, text), factor: 1 }
}

function arithmetic(node: SyntaxNode, text: string): QueryShape {
  const [left, right] = [node.firstChild, node.lastChild]
  if (left === null || right === null) return other('expected two operands')
  const [a, b] = [numberOf(left, text), numberOf(right, text)]
  if (node.getChild('Mul') !== null && (a ?? b) !== undefined)
    return times(shapeOf(a === undefined ? left : right, text), a ?? b ?? 1)
  if (node.getChild('Div') !== null && b !== undefined) return times(shapeOf(left, text), 1 / b)
  if (node.getChild('Sub') !== null && a !== undefined) return restOf(a, shapeOf(right, text))
  const share = node.getChild('Div') === null ? undefined : quotient(left, right, text)
  return share ?? { ...levelOf(node, text), factor: 1 }
}

const times = (shape: QueryShape, by: number): QueryShape => ({ ...shape, factor: shape.factor * by })

function restOf(whole: number, shape: QueryShape): QueryShape {
  if (shape.kind === 'other') return shape
  if (shape.kind !== 'share' || Math.abs(shape.factor - whole) > 1e-9 * whole)
    return other(`${whole} minus something that is no share of ${whole}`)
  return { ...shape, isRest: !shape.isRest }
}

/** The division of two counters. Both are sums, or Prometheus would divide pod by pod. */
function quotient(left: SyntaxNode, right: SyntaxNode, text: string): QueryShape | undefined {
  const [part, whole] = [scaledCounter(left, text), scaledCounter(right, text)]
  if (part === undefined || whole === undefined) return undefined
  return {
    kind: 'share',
    part: part.selector,
    whole: whole.selector,
    isRest: false,
    factor: part.factor / whole.factor,
  }
}

function scaledCounter(
  written: SyntaxNode,
  text: string,
): { readonly selector: Selector; readonly factor: number } | undefined {
  const shape = shapeOf(written, text)
  return shape.kind === 'rate' ? { selector: shape.counter, factor: shape.factor } : undefined
}

function quantileOf(node: SyntaxNode, text: string): QueryShape | undefined {
  if (node.getChild('FunctionIdentifier')?.getChild('HistogramQuantile') == null) return undefined
  const [first, second] = argumentsOf(node)
  const quantile = first === undefined ? undefined : numberOf(first, text)
  const counter = second && counterOf(second, text, ['le'])
  if (quantile === undefined || counter === undefined)
    return other('a quantile of something that is no sum of the buckets of one histogram')
  const { metric, matchers } = counter.selector
  const histogram = { metric: metric.replace(/_bucket$/, ''), matchers }
  return { kind: 'quantile', quantile, histogram, factor: 1 }
}

function numberOf(written: SyntaxNode, text: string): number | undefined {
  const node = written.name === 'ParenExpr' ? (written.firstChild ?? written) : written
  const value = node.name === 'NumberDurationLiteral' ? Number(textOf(node, text)) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}
