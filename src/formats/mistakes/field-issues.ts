import type { z } from 'zod'
import { describeValue, shorten } from './describe-value.ts'
import { nearestKey } from './nearest-key.ts'
import { type Path, valueAt } from './path.ts'

type ZodIssue = z.core.$ZodIssue

/** A mistake with its path, before its line and column are known. */
export interface Mistake {
  readonly path: Path
  readonly message: string
  /** Whether the mistake is the key, not its value. */
  readonly atKey?: boolean
}

export interface KnownKeys {
  /** The keys that may stand in the map at this path. */
  readonly at: (path: Path, value: unknown) => readonly string[]
  /** A special explanation of an unknown key, if there is one. */
  readonly explain?: (path: Path, key: string, value: unknown) => string | undefined
}

/** People correct the first few and try again; explaining a million mistakes would delay all other requests. */
export const maxMistakes = 20

export interface Mistakes {
  /** The first few. */
  readonly mistakes: readonly Mistake[]
  /** How many there are. */
  readonly total: number
}

/** Turns the issues of zod into messages that say what was expected and what was got. */
export function toMistakes(issues: readonly ZodIssue[], value: unknown, known: KnownKeys): Mistakes {
  const mistakes: Mistake[] = []
  let total = 0
  for (const issue of issues) {
    const room = maxMistakes - mistakes.length
    const more = room > 0 ? toMistake(issue, issue.path.filter(isPart), value, known) : []
    mistakes.push(...more.slice(0, room))
    total += Math.max(more.length, issue.code === 'unrecognized_keys' ? issue.keys.length : 1)
  }
  return { mistakes, total }
}

const isPart = (part: PropertyKey): part is string | number => typeof part !== 'symbol'

function toMistake(issue: ZodIssue, path: Path, value: unknown, known: KnownKeys): readonly Mistake[] {
  const found = valueAt(value, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, maxMistakes).map((key) => unknownKey(path, key, value, known))
    case 'invalid_union':
      return fromUnion(issue, path, value, known)
    case 'invalid_key':
      return [{ path, atKey: true, message: keyMessage(issue.issues, path.at(-1), known) }]
    case 'invalid_type':
      return [
        {
          path,
          message: `expected ${typeName(issue.expected)}, got ${describeValue(found)}${quoteHint(issue, found)}`,
        },
      ]
    case 'invalid_value':
      return [{ path, message: fromValues(issue.values.map(String), found) }]
    case 'too_small':
    case 'too_big':
      return [{ path, message: `expected ${sizeText(issue)}, got ${describeValue(found)}` }]
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
    default:
      return [{ path, message: `${expectation(issue.message)}, got ${describeValue(found)}` }]
  }
}

function unknownKey(path: Path, key: string, value: unknown, known: KnownKeys): Mistake {
  const keys = known.at(path, value)
  const nearest = nearestKey(key, keys)
  const hint = nearest === undefined ? `, expected one of ${keys.join(', ')}` : `, did you mean ${nearest}?`
  const explained = known.explain?.(path, key, value)
  const shown = shorten(JSON.stringify(key))
  return {
    path: [...path, key],
    atKey: true,
    message: explained ?? `unknown key ${shown}${keys.length > 0 ? hint : ''}`,
  }
}

type UnionIssue = Extract<ZodIssue, { code: 'invalid_union' }>

function fromUnion(issue: UnionIssue, path: Path, value: unknown, known: KnownKeys): readonly Mistake[] {
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
    return [{ path, message: fromValues(options, valueAt(value, path)) }]
  }
  const branches = issue.errors.filter(
    (errors) => !errors.some((inner) => inner.path.length === 0 && isMisfit(inner)),
  )
  const best =
    (branches.length > 0 ? branches : issue.errors).toSorted((a, b) => weight(a) - weight(b))[0] ?? []
  return best
    .slice(0, maxMistakes)
    .flatMap((inner) => toMistake(inner, [...path, ...inner.path.filter(isPart)], value, known))
}

/** Whether the value has another form altogether, so that this branch of the union does not explain it. */
const isMisfit = (issue: ZodIssue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value'

const weight = (issues: readonly ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 2 * issue.keys.length : 1), 0)

function fromValues(values: readonly string[], found: unknown): string {
  if (values.length === 1) return `expected ${values[0]}, got ${describeValue(found)}`
  const nearest = typeof found === 'string' ? nearestKey(found, values) : undefined
  return `expected one of ${values.join(', ')}, got ${describeValue(found)}${nearest === undefined ? '' : `, did you mean ${nearest}?`}`
}

type SizeIssue = Extract<ZodIssue, { code: 'too_small' | 'too_big' }>

function sizeText(issue: SizeIssue): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum
  const word = issue.code === 'too_small' ? (issue.inclusive === false ? 'above' : 'at least') : 'at most'
  const [one, many] = sizeUnits.get(issue.origin) ?? ['', '']
  return `${word} ${limit}${Number(limit) === 1 ? one : many}`
}

const sizeUnits = new Map<string, readonly [string, string]>([
  ['string', [' character', ' characters']],
  ['array', [' entry', ' entries']],
])

const typeNames = new Map([
  ['record', 'a map'],
  ['object', 'a map'],
  ['array', 'a list'],
  ['boolean', 'true or false'],
  ['int', 'a whole number'],
  ['string', 'text'],
  ['number', 'a number'],
  ['nonoptional', 'a value'],
])
const typeName = (expected: string): string => typeNames.get(expected) ?? expected

function quoteHint(issue: { readonly expected: string }, found: unknown): string {
  const scalar = typeof found === 'number' || typeof found === 'boolean'
  return issue.expected === 'string' && scalar ? ', put it in quotes' : ''
}

/** The mistake in a key, which is checked as a plain text. */
function keyMessage(issues: readonly ZodIssue[], key: unknown, known: KnownKeys): string {
  const [mistake] = issues.flatMap((issue) => toMistake(issue, [], key, known))
  return mistake?.message ?? `expected another key, got ${describeValue(key)}`
}

const expectation = (message: string): string =>
  message.startsWith('expected') ? message : `expected other input (${message})`
