import type { Labels } from '../arms/arms.ts'
import type { Matcher } from '../queries/matcher.ts'
import type { Selector } from '../queries/selector.ts'
import { textsThatFit } from './fits-pattern.ts'
import { named, valuesOf } from './words.ts'

const written = /^[^=!]*(=~|!~|!=|=)(.*)$/s
const digits = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i))
const classes = ['1xx', '2xx', '3xx', '4xx', '5xx']

/** Kinds of values that a label of results has, each with all the values that it may have. */
const kinds: readonly { readonly pattern: RegExp; readonly all: readonly string[] }[] = [
  { pattern: /^[1-5]\d\d$/, all: digits(100, 599) },
  { pattern: /^\d{1,2}$/, all: digits(0, 16) },
  { pattern: /^[1-5]xx$/, all: classes },
  { pattern: /^[1-5]XX$/, all: classes.map((text) => text.toUpperCase()) },
]
const numbers = kinds.flatMap(({ all }) => all)
const soundsLikeFailure = /err|fail|exception|timeout|unavailable|^5\d\d$|^5xx$/i

/**
 * Says why a selector of failures that finds none can never find one: its value is of another kind than those that
 * there are, or does not fit one that sounds like a failure. Undefined where there may have been no failure yet.
 */
export function unfittingValue(selector: Selector, all: readonly Labels[]): string | undefined {
  for (const { label, text } of selector.matchers) {
    const matcher = readMatcher(label, text)
    const values = valuesOf(all, label)
    if (matcher === undefined || values.length === 0) continue
    if (fitsOne(matcher, values) || mayFit(matcher, values)) continue
    return `${text} fits none of the values of ${label}, nor another of their kind: ${label} is ${named(values)}; name the one that means a failure`
  }
  return undefined
}

function mayFit(matcher: Matcher, values: readonly string[]): boolean {
  if (values.some((value) => soundsLikeFailure.test(value))) return false
  const kind = kinds.find(({ pattern }) => values.every((value) => pattern.test(value)))
  if (kind !== undefined) return fitsOne(matcher, kind.all)
  const areWords = values.every((value) => /^[a-z]\w*$/i.test(value) && !numbers.includes(value))
  return !areWords || !fitsOne(matcher, numbers)
}

/** A pattern that cannot be tried here may fit, for all we know. */
function fitsOne({ op, value }: Matcher, texts: readonly string[]): boolean {
  switch (op) {
    case '=':
      return texts.includes(value)
    case '!=':
      return texts.some((text) => text !== value)
    case '=~':
      return textsThatFit(value, texts)?.length !== 0
    case '!~':
      return textsThatFit(value, texts)?.length !== texts.length
    default:
      return op satisfies never
  }
}

function readMatcher(label: string, text: string): Matcher | undefined {
  const [, op, quoted = ''] = written.exec(text) ?? []
  const inside = quoted.slice(1, -1)
  const value = quoted.startsWith('`') ? inside : unescaped(inside)
  if (value === undefined) return undefined
  return op === '=' || op === '!=' || op === '=~' || op === '!~' ? { label, op, value } : undefined
}

/** What the backslashes of a PromQL string stand for; undefined of an escape that is rare in a label. */
function unescaped(inside: string): string | undefined {
  const withoutRare = inside.replaceAll(/\\["'\\]/g, '')
  return withoutRare.includes('\\') ? undefined : inside.replaceAll(/\\(["'\\])/g, '$1')
}
