/** A value that cannot be printed by accident: neither JSON nor the console shows what a function gives. */
export interface Secret {
  reveal(): string
}

export function createSecret(value: string): Secret {
  return { reveal: () => value }
}

/** Keys whose values are never shown, nor anything below them. */
const secretKeys = new Set(['token', 'password', 'bearer', 'basic', 'headers', 'database', 'sha256'])

/** The same data with secrets blotted out, for messages that quote what was got. */
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

/** Whether what a parser says of a line of YAML repeats a value of that line, which may be a secret. */
export function repeatsValue(message: string, line: string): boolean {
  const values = line.replace(/^[^:]*:/, '').split(/[\s"'[\]{},*&!|>]+/)
  return values.some((value) => value.length > 2 && message.includes(value))
}
