/** A value that cannot be printed by accident, because neither JSON nor the console shows the result of a function. */
export interface Secret {
  reveal(): string
}

export function createSecret(value: string): Secret {
  return { reveal: () => value }
}

/** Keys whose values, and everything inside them, are never shown. */
const secretKeys = new Set([
  'token',
  'password',
  'bearer',
  'basic',
  'headers',
  'database',
  'sha256',
  'targets',
])

/** The same data without secrets, for messages that quote the input. */
export function withoutSecrets(value: unknown, hidden = false): unknown {
  if (typeof value === 'string') return hidden || /:\/\/[^/]*@/.test(value) ? '(hidden)' : value
  if (typeof value === 'number') return hidden ? 0 : value
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, hidden))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, withoutSecrets(inner, hidden || secretKeys.has(key))]),
  )
}

/** Whether a parser's message about a line of YAML repeats a value of that line, which may be a secret. */
export function repeatsValue(message: string, line: string): boolean {
  const values = line.replace(/^[^:]*:/, '').split(/[\s"'[\]{},*&!|>]+/)
  return values.some((value) => value.length > 2 && message.includes(value))
}
