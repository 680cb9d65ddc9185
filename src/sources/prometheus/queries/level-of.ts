import type { SyntaxNode } from '@lezer/common'
import { isCounter, isOneSeries, rates } from './counter-of.ts'
import type { Measure } from './measure.ts'
import { selectorsIn, textOf } from './selector.ts'

type Level = Extract<Measure, { kind: 'level' | 'other' }>

const other = (why: string): Level => ({ kind: 'other', why })

/** A level of each pod: a query in which at most the whole is an aggregate. */
export function levelOf(node: SyntaxNode, text: string): Level {
  if (node.name !== 'AggregateExpr') return plainLevel(node, text, undefined)
  const name = node.getChild('AggregateOp')
  const inner = node.getChild('FunctionCallBody')?.lastChild
  const across = name === null ? '' : textOf(name, text).toLowerCase()
  if (!acrossPods.has(across) || inner == null) return other(`${across} does not give one level of each pod`)
  const [first] = selectorsIn(textOf(inner, text))
  if (first !== undefined && !isOneSeries(node, text, first))
    return other('several series of each arm, and a policy compares one')
  return plainLevel(inner, text, across)
}

const acrossPods: ReadonlySet<string> = new Set(['avg', 'sum', 'max', 'min', 'quantile'])

function plainLevel(node: SyntaxNode, text: string, across: string | undefined): Level {
  const query = textOf(node, text)
  const names = new Set<string>()
  node.cursor().iterate((each) => {
    if (each.name === 'AggregateExpr') names.add('an aggregate')
    if (each.name === 'FunctionIdentifier') names.add(textOf(each.node, text))
    return undefined
  })
  const unfit = [...names].find((name) => noLevels.has(name))
  if (unfit !== undefined) return other(`${unfit} inside the query, which gives no level of each pod`)
  const selectors = selectorsIn(query)
  if (selectors.length === 0) return other('expected the name of a metric, got none')
  const bare = selectors.find(({ metric }) => isCounter.test(metric))
  if (bare !== undefined && ![...names].some((name) => rates.has(name)))
    return other(`${bare.metric} is a counter, which only grows`)
  return { kind: 'level', query, across }
}

const noLevels: ReadonlySet<string> = new Set([
  'an aggregate',
  'histogram_quantile',
  'absent',
  'absent_over_time',
  'vector',
  'time',
])
