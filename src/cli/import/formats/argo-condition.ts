export interface Bound {
  readonly worse: 'higher' | 'lower'
  readonly fixed: number
}

/** The bound in a condition of Argo, such as `result[0] < 0.05`; undefined where it has another form. */
export function boundOf(condition: string, means: 'success' | 'failure'): Bound | undefined {
  const terms = condition.split(/\|\||&&/).map((term) => term.replaceAll(/\s/g, ''))
  const bounds = terms.filter((term) => !isAboutNoData(term)).map((term) => boundOfTerm(term, means))
  const [only] = bounds
  return bounds.length === 1 ? only : undefined
}

/** What a result without data means is a matter of `onNoData`. */
const isAboutNoData = (term: string): boolean =>
  /^!?(?:isNaN|isInf|isNil)\(/.test(term) || term.startsWith('len(result)') || term.startsWith('result==nil')

function boundOfTerm(term: string, means: 'success' | 'failure'): Bound | undefined {
  const found = comparisonIn(insideOf(term))
  if (found === undefined || found.op === '==' || found.op === '!=') return undefined
  const isBelow = found.op.startsWith('<')
  return { worse: isBelow === (means === 'success') ? 'higher' : 'lower', fixed: found.fixed }
}

/** A comparison of the result with a number, with the result on the left. */
export interface Comparison {
  /** As the condition writes the result: `result`, `result[0]`, `#` for each of them. */
  readonly left: string
  readonly op: string
  readonly fixed: number
}

/** Reads a term without spaces. */
export function comparisonIn(term: string): Comparison | undefined {
  const [left = '', op = '', right = '', ...others] = term.split(/(<=|>=|==|!=|<|>)/)
  if (others.length > 0) return undefined
  const isTurned = isResult(right)
  if (!isTurned && !isResult(left)) return undefined
  const fixed = numberOf(isTurned ? left : right)
  if (fixed === undefined) return undefined
  return isTurned ? { left: right, op: turned.get(op) ?? op, fixed } : { left, op, fixed }
}

const turned = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
])

/** What parentheses, or `all(result, {…})`, hold. */
function insideOf(term: string): string {
  if (term.startsWith('all(result,') && term.endsWith(')'))
    return term.slice('all(result,'.length, -1).replaceAll(/[{}]/g, '')
  return term.startsWith('(') && term.endsWith(')') ? term.slice(1, -1) : term
}

const isResult = (text: string): boolean =>
  /^(?:default\()?(?:result|result\[0\]|#)(?:,[\d.]+\))?$/.test(text)

function numberOf(text: string): number | undefined {
  const digits = text.startsWith('asFloat(') ? text.slice('asFloat('.length, -1) : text
  const number = Number(digits)
  return digits !== '' && Number.isFinite(number) ? number : undefined
}
