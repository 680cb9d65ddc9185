import { notSimulated } from './query-error.ts'

/** The value of a PromQL string literal: Go's escapes between quotes, none between backticks. Throws a SyntaxError. */
export function unquote(literal: string): string {
  const quote = literal.charAt(0)
  const body = literal.slice(1, -1)
  if (quote === '`') return body
  const other = quote === '"' ? "'" : '"'
  const bytes: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const [token = ''] =
      /^(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[0-7]{3}|\\[^]|[^\\]+)/.exec(
        body.slice(at),
      ) ?? []
    bytes.push(decode(token, other))
    at += Math.max(1, token.length)
  }
  return Buffer.concat(bytes).toString()
}

export function toNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[+-]/, '').replaceAll('_', '').toLowerCase()
  if (digits === 'inf') return sign * Infinity
  const value = digits === 'nan' ? Number.NaN : Number(digits)
  if (Number.isNaN(value) && digits !== 'nan') throw notSimulated(`the number ${text}`)
  return sign * value
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** A duration such as 1h30m. */
export function toMilliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
  if (parts.map(([part]) => part).join('') !== text) throw notSimulated(`the duration ${text}`)
  return parts.reduce((sum, [, digits, unit = '']) => sum + Number(digits) * (unitMs[unit] ?? 0), 0)
}

const singles: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function decode(token: string, otherQuote: string): Buffer {
  if (!token.startsWith('\\')) return Buffer.from(token)
  const kind = token.charAt(1)
  const simple = singles[kind]
  if (token.length === 2 && simple !== undefined && kind !== otherQuote) return Buffer.from(simple)
  const code = token.length === 4 && kind !== 'x' ? Number.parseInt(token.slice(1), 8) : hexOf(token)
  if (Number.isNaN(code)) throw new SyntaxError(`unknown escape sequence U+${hex(kind)}`)
  if (kind !== 'u' && kind !== 'U') {
    if (code > 255) throw new SyntaxError('octal escape above 255')
    return Buffer.from([code])
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new SyntaxError('escape sequence is an invalid Unicode code point')
  }
  return Buffer.from(String.fromCodePoint(code))
}

function hexOf(token: string): number {
  return token.length > 2 ? Number.parseInt(token.slice(2), 16) : Number.NaN
}

function hex(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
