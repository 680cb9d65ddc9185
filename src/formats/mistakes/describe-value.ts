/** A value as it is shown in a message: short and on one line, whatever the value is. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a map'
  if (typeof value === 'string') return shorten(JSON.stringify(value))
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return `a ${typeof value}`
}

/** Text from outside, cut to what fits into a message. */
export function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
