import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { AppError } from '../../../errors.ts'
import { type Matcher, printMatcher } from './matcher.ts'

/** One vector selector, taken apart; matchers are kept as they are written. */
export interface Selector {
  readonly metric: string
  readonly matchers: readonly WrittenMatcher[]
}

export interface WrittenMatcher {
  readonly label: string
  readonly text: string
}

/** A policy's selector of a counter: a metric with or without matchers, and nothing around it. */
export function parseSelector(text: string): Selector {
  const tree = parsePromQl(text)
  const top = tree.topNode.firstChild
  if (top === null || top.name !== 'VectorSelector' || top.nextSibling !== null) {
    throw wrong('expected a selector such as http_requests_total{code=~"5.."}, without functions', text)
  }
  const name = top.getChild('Identifier')
  if (name === null) throw wrong('expected a selector that begins with the name of a metric', text)
  return { metric: text.slice(name.from, name.to), matchers: writtenMatchers(top, text) }
}

/** Every selector in a query that names a metric. */
export function selectorsIn(query: string): readonly Selector[] {
  const found: Selector[] = []
  parsePromQl(query).iterate({
    enter: ({ name, node }) => {
      const metric = name === 'VectorSelector' ? node.getChild('Identifier') : null
      if (metric !== null)
        found.push({ metric: textOf(metric, query), matchers: writtenMatchers(node, query) })
    },
  })
  return found
}

/** The selector with more matchers, under another name where one is given. */
export function printSelector(
  selector: Selector,
  matchers: readonly Matcher[] = [],
  metric = selector.metric,
): string {
  return `${metric}${braces(selector.matchers, matchers)}`
}

/** Any query, with the matchers added to every vector selector in it and nothing else changed. */
export function addMatchers(query: string, matchers: readonly Matcher[]): string {
  return changeSelectors(query, (written) => braces(written, matchers))
}

/** Any query, without the matchers of its selectors that are not to be kept. */
export function keepMatchers(query: string, isKept: (matcher: WrittenMatcher) => boolean): string {
  return changeSelectors(query, (written) =>
    braces(
      written.filter((matcher) => matcher.label === '' || isKept(matcher)),
      [],
    ),
  )
}

function changeSelectors(query: string, bracesOf: (written: readonly WrittenMatcher[]) => string): string {
  const tree = parsePromQl(query)
  const selectors: SyntaxNode[] = []
  tree.iterate({
    enter: ({ name, node }) => {
      if (name === 'VectorSelector') selectors.push(node)
    },
  })
  if (selectors.length === 0) throw wrong('expected a query with at least one selector', query)
  let result = ''
  let copied = 0
  for (const node of selectors) {
    const name = node.getChild('Identifier')
    const quotedName = node.getChild('LabelMatchers')?.getChild('QuotedLabelName') ?? null
    const own = writtenMatchers(node, query)
    const first = quotedName === null ? [] : [{ label: '', text: textOf(quotedName, query) }]
    result += query.slice(copied, node.from)
    result += `${name === null ? '' : textOf(name, query)}${bracesOf([...first, ...own])}`
    copied = node.to
  }
  return result + query.slice(copied)
}

function braces(written: readonly WrittenMatcher[], added: readonly Matcher[]): string {
  const texts = new Set([...written.map(({ text }) => text), ...added.map(printMatcher)])
  return texts.size === 0 ? '' : `{${[...texts].join(',')}}`
}

function writtenMatchers(node: SyntaxNode, text: string): readonly WrittenMatcher[] {
  const list = node.getChild('LabelMatchers')
  if (list === null) return []
  return [...list.getChildren('UnquotedLabelMatcher'), ...list.getChildren('QuotedLabelMatcher')].map(
    (matcher) => ({
      label: labelOf(matcher, text),
      // rebuilt from its parts, since a comment may stand between them
      text: childTexts(matcher, text).join(''),
    }),
  )
}

function labelOf(matcher: SyntaxNode, text: string): string {
  return (childTexts(matcher, text)[0] ?? '').replaceAll(/^["'`]|["'`]$/g, '')
}

function childTexts(node: SyntaxNode, text: string): readonly string[] {
  const texts: string[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') texts.push(textOf(child, text))
  }
  return texts
}

export function textOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to)
}

/** The syntax tree of a query; `bad-request` where it is no PromQL. */
export function parsePromQl(query: string): Tree {
  const tree = parser.parse(query)
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw wrong(`expected PromQL, got a mistake at character ${from + 1}`, query)
    },
  })
  return tree
}

function wrong(message: string, query: string): AppError {
  const shown = query.length > 100 ? `${query.slice(0, 99)}…` : query
  return new AppError('bad-request', `${message}; in: ${shown}`)
}
