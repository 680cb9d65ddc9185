import type { SyntaxNode } from '@lezer/common'
import { AppError } from '../../../errors.ts'
import { argumentsOf } from './arguments-of.ts'
import { isCounter, isOneSeries, rates } from './counter-of.ts'
import { parsePromQl, selectorsIn, textOf } from './selector.ts'

/**
 * Why an expression has no value by which two arms could be compared; undefined where it has one. Such a value is one
 * for each arm, and it does not depend on how much traffic and how many pods an arm has.
 */
export function whyNoSeries(query: string): string | undefined {
  try {
    const top = parsePromQl(query).topNode.firstChild
    if (top === null || selectorsIn(query).length === 0) return 'expected the name of a metric, got none'
    const range = /^(?:Matrix|Subquery)/.test(bare(top).name)
    if (range) return 'expected one value, got a range'
    const { traffic, pods } = growthOf(top, query)
    if (traffic !== 0) return 'its value grows with the traffic of an arm'
    return pods === 0 ? undefined : 'its value grows with the number of pods'
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

/** With which powers of its traffic and of the number of its pods the value of an arm grows. */
interface Growth {
  readonly traffic: number
  readonly pods: number
  readonly isNumber?: true
}

const none: Growth = { traffic: 0, pods: 0 }
const number: Growth = { ...none, isNumber: true }
/** Of the traffic of one pod. */
const ofPod: Growth = { traffic: 1, pods: -1 }

const refuse = (why: string): AppError => new AppError('bad-request', why)

function growthOf(written: SyntaxNode, text: string): Growth {
  const node = bare(written)
  switch (node.name) {
    case 'NumberDurationLiteral':
      return number
    case 'VectorSelector':
      return growthOfSelector(node, text)
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return growthOf(childOf(node), text)
    case 'UnaryExpr':
      return growthOf(node.lastChild ?? node, text)
    case 'BinaryExpr':
      return growthOfTwo(node, text)
    case 'AggregateExpr':
      return growthOfAggregate(node, text)
    case 'FunctionCall':
      return growthOfCall(node, text)
    default:
      throw refuse('expected one value, got a text')
  }
}

/** Without parentheses, `offset` and `@`. */
function bare(node: SyntaxNode): SyntaxNode {
  return ['ParenExpr', 'OffsetExpr', 'StepInvariantExpr'].includes(node.name) ? bare(childOf(node)) : node
}

const childOf = (node: SyntaxNode): SyntaxNode => node.firstChild ?? node

function growthOfSelector(node: SyntaxNode, text: string): Growth {
  const metric = textOf(childOf(node), text)
  if (isCounter.test(metric)) throw refuse(`${metric} is a counter, which only grows`)
  return none
}

function growthOfTwo(node: SyntaxNode, text: string): Growth {
  const has = (name: string): boolean => node.getChild(name) !== null
  const [left, right] = [growthOf(childOf(node), text), growthOf(node.lastChild ?? node, text)]
  if (has('Div')) return plus(left, right, -1)
  if (has('Mul')) return plus(left, right, 1)
  // a comparison gives 0 or 1, or leaves out values
  if (has('BoolModifier')) return none
  if (['Or', 'And', 'Unless', 'Gtr', 'Gte', 'Lss', 'Lte', 'Eql', 'Neq', 'EqlC'].some(has)) return left
  if (has('Pow')) {
    if (right.isNumber !== true) throw refuse('a power that is no number')
    return left.traffic === 0 && left.pods === 0 ? none : left
  }
  if (left.traffic !== right.traffic || left.pods !== right.pods)
    throw refuse('it adds values that grow in different ways')
  return left.isNumber === true ? right : left
}

const plus = (a: Growth, b: Growth, sign: 1 | -1): Growth => ({
  traffic: a.traffic + sign * b.traffic,
  pods: a.pods + sign * b.pods,
  ...(a.isNumber === true && b.isNumber === true && { isNumber: true }),
})

function growthOfAggregate(node: SyntaxNode, text: string, expected: readonly string[] = []): Growth {
  const name = textOf(node.getChild('AggregateOp') ?? node, text).toLowerCase()
  if (several.has(name)) throw refuse(`${name} gives several values`)
  const inner = argumentsOf(node).at(-1)
  const [first] = inner === undefined ? [] : selectorsIn(textOf(inner, text))
  if (inner === undefined || first === undefined) throw refuse('expected the name of a metric, got none')
  if (!isOneSeries(node, text, first, expected))
    throw refuse(`one result for each ${labelsOf(node, text, expected)}, and a policy compares one`)
  if (name === 'count' || name === 'group') return { traffic: 0, pods: name === 'count' ? 1 : 0 }
  const each = growthOf(inner, text)
  return name === 'sum' ? { traffic: each.traffic, pods: each.pods + 1 } : each
}

const several: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio', 'count_values'])

function labelsOf(aggregate: SyntaxNode, text: string, expected: readonly string[]): string {
  const modifier = aggregate.getChild('AggregateModifier')
  if (modifier?.getChild('By') == null) return 'of several labels'
  const labels = modifier.getChild('GroupingLabels')?.getChildren('LabelName') ?? []
  const others = labels.map((label) => textOf(label, text)).filter((label) => !expected.includes(label))
  return others.join(', ')
}

function growthOfCall(node: SyntaxNode, text: string): Growth {
  const name = textOf(node.getChild('FunctionIdentifier') ?? node, text)
  if (name.startsWith('absent')) throw refuse(`${name} is not the value of an arm`)
  if (rates.has(name)) return ofPod
  const inner = argumentsOf(node)
  if (name === 'histogram_quantile') {
    const buckets = inner.at(-1)
    if (buckets !== undefined && bare(buckets).name === 'AggregateExpr')
      growthOfAggregate(bare(buckets), text, ['le'])
    return none
  }
  const first = inner.find((each) => bare(each).name !== 'NumberDurationLiteral')
  return first === undefined ? number : growthOf(first, text)
}
