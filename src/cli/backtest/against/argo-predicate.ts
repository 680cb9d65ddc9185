import { comparisonIn } from '../../import/formats/argo-condition.ts'

/** Whether a condition is true of the values of a result; undefined = Argo cannot evaluate it, which is an Error. */
export type Predicate = (values: readonly number[]) => boolean | undefined

/**
 * A condition of Argo: comparisons of the result with numbers, and questions whether there are data, joined by `||` and
 * `&&`. Undefined where it has another form. `isScalar`: the query gives a number instead of a list.
 */
export function predicateOf(condition: string, isScalar: boolean): Predicate | undefined {
  const alternatives = condition
    .replaceAll(/\s/g, '')
    .split('||')
    .map((part) => part.split('&&').map((term) => termOf(term, isScalar)))
  const known = alternatives.map((terms) => terms.filter((term) => term !== undefined))
  if (known.some((terms, i) => terms.length !== alternatives[i]?.length)) return undefined
  return (values) =>
    firstThat(
      known.map(
        (terms) => () =>
          firstThat(
            terms.map((term) => () => term(values)),
            false,
          ),
      ),
      true,
    )
}

/** Stops at the first part that decides, as Argo does, or that cannot be evaluated. */
function firstThat(parts: readonly (() => boolean | undefined)[], decisive: boolean): boolean | undefined {
  for (const part of parts) {
    const value = part()
    if (value === undefined || value === decisive) return value
  }
  return !decisive
}

function termOf(term: string, isScalar: boolean): Predicate | undefined {
  const bare = /^\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/.exec(term)?.[1] ?? term
  const each = /^all\(result,\{?([^{}]*)\}?\)$/.exec(bare)?.[1]
  if (each !== undefined) return isScalar ? undefined : everyOf(each)
  const length = /^len\(result\)(.*)$/.exec(bare)?.[1]
  if (length !== undefined) return isScalar ? undefined : lengthOf(length)
  return noDataTerm(bare, isScalar) ?? comparisonTerm(bare, isScalar)
}

function everyOf(inside: string): Predicate | undefined {
  const found = comparisonIn(inside)
  if (found === undefined || found.left !== '#') return undefined
  return (values) => values.every((value) => compare(value, found.op, found.fixed))
}

function lengthOf(rest: string): Predicate | undefined {
  const found = comparisonIn(`result${rest}`)
  return found && ((values) => compare(values.length, found.op, found.fixed))
}

/** `isNaN(result[0])` and its like. What Prometheus gives is never nil: without data it is an empty list. */
function noDataTerm(term: string, isScalar: boolean): Predicate | undefined {
  const [, not = '', name = '', of = ''] = /^(!?)(isNaN|isInf|isNil)\((result(?:\[0\])?)\)$/.exec(term) ?? []
  const expected = not === ''
  if (term === 'result==nil' || term === 'result!=nil') return () => term === 'result!=nil'
  if (name === 'isNil' && of === 'result') return () => !expected
  return atValue(readerOf(of, isScalar), (value) => isSo(name, value) === expected)
}

function isSo(name: string, value: number): boolean {
  if (name === 'isNaN') return Number.isNaN(value)
  return name === 'isInf' && Math.abs(value) === Infinity
}

function comparisonTerm(term: string, isScalar: boolean): Predicate | undefined {
  const found = comparisonIn(term)
  if (found === undefined) return undefined
  const written = /result(?:\[0\])?/.exec(found.left)?.[0] ?? ''
  return atValue(readerOf(written, isScalar), (value) => compare(value, found.op, found.fixed))
}

type Reader = (values: readonly number[]) => number | undefined

/** Argo can neither compare a list with a number nor take a part of a number. */
const readerOf = (written: string, isScalar: boolean): Reader | undefined =>
  written === (isScalar ? 'result' : 'result[0]') ? (values) => values[0] : undefined

const atValue = (read: Reader | undefined, test: (value: number) => boolean): Predicate | undefined =>
  read &&
  ((values) => {
    const value = read(values)
    return value === undefined ? undefined : test(value)
  })

function compare(value: number, op: string, fixed: number): boolean {
  switch (op) {
    case '<':
      return value < fixed
    case '<=':
      return value <= fixed
    case '>':
      return value > fixed
    case '>=':
      return value >= fixed
    case '==':
      return value === fixed
    default:
      return value !== fixed
  }
}
