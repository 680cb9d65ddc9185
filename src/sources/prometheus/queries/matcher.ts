export interface Matcher {
  readonly label: string
  readonly op: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** As PromQL text; whatever the value holds, it stays inside its quotes. */
export function printMatcher({ label, op, value }: Matcher): string {
  return `${label}${op}${quoted(value)}`
}

export function equals(label: string, value: string): Matcher {
  return { label, op: '=', value }
}

/** The label has one of the values, each taken literally. */
export function oneOf(label: string, values: readonly string[]): Matcher {
  const different = [...new Set(values)]
  const [only] = different
  if (different.length === 1 && only !== undefined) return equals(label, only)
  return { label, op: '=~', value: different.map(escapeRegex).join('|') }
}

/** A text as the regular expression (RE2) that matches this text alone. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

/**
 * A PromQL string literal. Go reads JSON's escapes, but no half of a surrogate pair; and takes what stands in place
 * of one for broken text, unless it is escaped.
 */
export function quoted(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll('\ufffd', String.raw`\ufffd`)
}
