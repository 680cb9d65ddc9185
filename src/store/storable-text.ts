/**
 * PostgreSQL refuses NUL in text, and both databases silently replace lone surrogates. Such characters are written as
 * escapes after U+001A. Different texts stay different, so that SQL compares them correctly.
 */
export const toStorable = (value: unknown): unknown =>
  typeof value === 'string' && needsEscape(value) ? escape(value) : value

/** Restores every text of a row. It changes the row itself, which comes fresh from the database. */
export const restoreRow = <R>(row: R): R => {
  if (typeof row !== 'object' || row === null) return row
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'string' && value.includes(mark)) Reflect.set(row, column, unescape(value))
  }
  return row
}

const mark = '\u001a'

const needsEscape = (text: string): boolean =>
  text.includes('\u0000') || text.includes(mark) || !text.isWellFormed()

const escape = (text: string): string =>
  Array.from(text, (character) => {
    if (character === '\u0000') return `${mark}0`
    if (character === mark) return `${mark}1`
    return character.isWellFormed() ? character : `${mark}${character.charCodeAt(0).toString(16)}`
  }).join('')

const escaped = new RegExp(`${mark}(?:(?<low>[01])|(?<surrogate>d[89a-f][0-9a-f]{2}))`, 'gu')

const unescape = (text: string): string =>
  text.replaceAll(escaped, (_, low: string | undefined, surrogate: string) => {
    if (low === '0') return '\u0000'
    if (low === '1') return mark
    return String.fromCharCode(Number.parseInt(surrogate, 16))
  })
