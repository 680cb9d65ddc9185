import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode, Tree } from '@lezer/common'
import { createMatcher, type Matcher, type MatchOperator } from './matcher.ts'
import { notSimulated, parseError, QueryError } from './query-error.ts'
import { toMilliseconds, toNumber, unquote } from './literals.ts'
import { aggregations, operators, overTimes, typeOf, type Expression, type Range } from './expression.ts'

/** Parses a query. Throws a QueryError when the query is wrong, or when the simulation does not cover it. */
export function parseExpression(query: string): Expression {
  const tree = checkedTree(query)
  const top = tree.topNode.firstChild
  if (top === null) throw parseError(0, 'no expression found in input')
  return toExpression(top, query)
}

/** The matchers of a plain selector, as `match[]` takes it. */
export function parseMatchers(selector: string): readonly Matcher[] {
  const expression = parseExpression(selector)
  if (expression.kind === 'selector' && expression.offsetMs === 0) return expression.matchers
  throw parseError(0, 'expected a vector selector')
}

function checkedTree(query: string): Tree {
  if (query.trim() === '') {
    throw new QueryError(
      'bad_data',
      'invalid parameter "query": unknown position: parse error: no expression found in input',
    )
  }
  const tree = parser.parse(query)
  tree.iterate({
    enter: (node) => {
      if (!node.type.isError) return
      const found = query.slice(node.from, node.to)
      throw parseError(node.from, found === '' ? 'unexpected end of input' : `unexpected "${found}"`)
    },
  })
  return tree
}

function toExpression(node: SyntaxNode, query: string): Expression {
  switch (node.name) {
    case 'ParenExpr':
      return toExpression(childOf(node), query)
    case 'NumberDurationLiteral':
      return { kind: 'number', value: toNumber(textOf(node, query)) }
    case 'VectorSelector':
      return { kind: 'selector', matchers: toMatchers(node, query), offsetMs: 0 }
    case 'MatrixSelector':
      return toRange(node, query)
    case 'OffsetExpr':
      return withOffset(node, query)
    case 'FunctionCall':
      return toCall(node, query)
    case 'AggregateExpr':
      return toAggregate(node, query)
    case 'BinaryExpr':
      return toArithmetic(node, query)
    case 'UnaryExpr':
      return toSigned(node, query)
    default:
      throw notSimulated(`${node.name} in ${textOf(node, query)}`)
  }
}

function toMatchers(node: SyntaxNode, query: string): readonly Matcher[] {
  const name = node.getChild('Identifier')
  const written = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
  const matchers = written.map((matcher) => toMatcher(matcher, query))
  if (node.getChild('LabelMatchers')?.getChild('QuotedLabelMatcher') ?? quotedName(node)) {
    throw notSimulated(`quoted names in ${textOf(node, query)}`)
  }
  if (name !== null) {
    if (matchers.some(({ label }) => label === '__name__')) {
      throw parseError(node.from, 'metric name must not be set twice')
    }
    matchers.push(createMatcher('__name__', '=', textOf(name, query)))
  }
  if (matchers.every(({ matches }) => matches(''))) {
    throw parseError(node.from, 'vector selector must contain at least one non-empty matcher')
  }
  return matchers
}

function quotedName(node: SyntaxNode): SyntaxNode | null {
  return node.getChild('LabelMatchers')?.getChild('QuotedLabelName') ?? null
}

function toMatcher(node: SyntaxNode, query: string): Matcher {
  const part = (name: string): string => {
    const child = node.getChild(name)
    return child === null ? '' : textOf(child, query)
  }
  const operator = matchOperator(part('MatchOp'))
  try {
    return createMatcher(part('LabelName'), operator, unquote(part('StringLiteral')))
  } catch (error) {
    if (error instanceof SyntaxError) throw parseError(node.from, error.message)
    throw error
  }
}

function matchOperator(text: string): MatchOperator {
  const known: readonly MatchOperator[] = ['=', '!=', '=~', '!~']
  const operator = known.find((one) => one === text)
  if (operator === undefined) throw notSimulated(`the operator ${text}`)
  return operator
}

function toRange(node: SyntaxNode, query: string): Range {
  const of = toExpression(childOf(node), query)
  const duration = node.getChild('DurationExpr')
  if (of.kind !== 'selector' || duration === null) throw notSimulated(textOf(node, query))
  const rangeMs = toMilliseconds(textOf(duration, query))
  if (rangeMs === 0) throw parseError(duration.from, 'duration must be greater than 0')
  return { kind: 'range', matchers: of.matchers, offsetMs: 0, rangeMs }
}

/** The grammar applies the offset in `-a + b offset 1m` to the whole; it belongs only to the last selector. */
function withOffset(node: SyntaxNode, query: string): Expression {
  const child = childOf(node)
  const offset = node.getChild('OffsetDurationExpr')
  const text = offset === null ? '' : textOf(offset, query)
  const offsetMs = text.startsWith('-') ? -toMilliseconds(text.slice(1)) : toMilliseconds(text)
  return shifted(toExpression(child, query), child, offsetMs)
}

function shifted(of: Expression, node: SyntaxNode, offsetMs: number): Expression {
  const last = node.lastChild
  if (node.name !== 'ParenExpr' && of.kind === 'arithmetic' && last !== null) {
    return { ...of, right: shifted(of.right, last, offsetMs) }
  }
  if (node.name === 'ParenExpr' || (of.kind !== 'selector' && of.kind !== 'range')) {
    throw parseError(node.from, 'offset modifier must be preceded by a selector')
  }
  if (of.offsetMs !== 0) throw parseError(node.from, 'offset may not be set multiple times')
  return { ...of, offsetMs }
}

function toCall(node: SyntaxNode, query: string): Expression {
  const identifier = node.getChild('FunctionIdentifier')
  const name = identifier === null ? '' : textOf(identifier, query)
  const given = childrenOf(node.getChild('FunctionCallBody')).map((child) => toExpression(child, query))
  const expected = name === 'time' ? 0 : 1
  const overTime = overTimes.find((one) => one === name)
  if (name !== 'time' && name !== 'timestamp' && overTime === undefined) {
    throw notSimulated(`the function ${name}`)
  }
  if (given.length !== expected) {
    const wanted = `expected ${expected} argument(s) in call to "${name}", got ${given.length}`
    throw parseError(node.from, wanted)
  }
  const [of] = given
  if (of === undefined) return { kind: 'time' }
  if (overTime !== undefined) {
    if (of.kind === 'range') return { kind: 'over-time', name: overTime, of }
    throw wrongType(node, `call to function "${name}"`, 'range vector', of)
  }
  if (of.kind === 'selector') return { kind: 'timestamp', of }
  if (typeOf(of) === 'vector') throw notSimulated('timestamp of anything but a selector')
  throw wrongType(node, `call to function "${name}"`, 'instant vector', of)
}

function toAggregate(node: SyntaxNode, query: string): Expression {
  const operator = node.getChild('AggregateOp')
  const name = operator === null ? '' : textOf(operator, query).toLowerCase()
  const aggregation = aggregations.find((one) => one === name)
  const modifier = node.getChild('AggregateModifier')
  const labels = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? []
  const body = childrenOf(node.getChild('FunctionCallBody'))
  if (name === 'topk' && modifier === null) return toTopK(body, node, query)
  const [argument] = body
  if (aggregation === undefined) throw notSimulated(`the aggregation ${name}`)
  if (modifier !== null && modifier.getChild('By') === null) throw notSimulated('without')
  if (argument === undefined || body.length > 1) throw parseError(node.from, 'expected one argument')
  const of = toExpression(argument, query)
  if (typeOf(of) !== 'vector') throw wrongType(node, 'aggregation expression', 'instant vector', of)
  return { kind: 'aggregate', name: aggregation, by: labels.map((label) => textOf(label, query)), of }
}

function toTopK(
  [first, second]: readonly (SyntaxNode | undefined)[],
  node: SyntaxNode,
  query: string,
): Expression {
  if (first === undefined || second === undefined) throw parseError(node.from, 'expected two arguments')
  const [count, of] = [toExpression(first, query), toExpression(second, query)]
  if (count.kind !== 'number') throw notSimulated(`a calculated number in ${textOf(node, query)}`)
  if (typeOf(of) !== 'vector') throw wrongType(node, 'aggregation expression', 'instant vector', of)
  return { kind: 'topk', count: Math.floor(count.value), of }
}

function toSigned(node: SyntaxNode, query: string): Expression {
  const [, last] = childrenOf(node)
  if (last === undefined) throw parseError(node.from, 'no expression found in input')
  const of = toExpression(last, query)
  if (typeOf(of) === 'matrix') {
    throw parseError(
      node.from,
      'unary expression only allowed on expressions of type scalar or instant vector',
    )
  }
  if (query.charAt(node.from) === '+') return of
  return { kind: 'arithmetic', operator: '*', left: { kind: 'number', value: -1 }, right: of }
}

function toArithmetic(node: SyntaxNode, query: string): Expression {
  const [first, sign, last, ...more] = childrenOf(node)
  const operator = operators.find((one) => sign !== undefined && one === textOf(sign, query))
  if (first === undefined || last === undefined || operator === undefined || more.length > 0) {
    throw notSimulated(textOf(node, query))
  }
  const left = toExpression(first, query)
  const right = toExpression(last, query)
  const types = new Set([typeOf(left), typeOf(right)])
  if (types.has('matrix')) {
    throw parseError(node.from, 'binary expression must contain only scalar and instant vector types')
  }
  if (!types.has('scalar')) throw notSimulated(`matching two vectors in ${textOf(node, query)}`)
  return { kind: 'arithmetic', operator, left, right }
}

const typeNames = { scalar: 'scalar', vector: 'instant vector', matrix: 'range vector' } as const

function wrongType(node: SyntaxNode, where: string, expected: string, got: Expression): QueryError {
  return parseError(node.from, `expected type ${expected} in ${where}, got ${typeNames[typeOf(got)]}`)
}

function childOf(node: SyntaxNode): SyntaxNode {
  const child = node.firstChild
  if (child === null) throw parseError(node.from, 'no expression found in input')
  return child
}

function childrenOf(node: SyntaxNode | null): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) children.push(child)
  return children
}

function textOf(node: SyntaxNode, query: string): string {
  return query.slice(node.from, node.to)
}
