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

/** Whether a line of YAML may hold a secret, so that no parser's message about it is shown. */
export function mayHoldSecret(line: string): boolean {
  return /token|password|secret|bearer|basic|header|database|sha256|authori[sz]ation|@/i.test(line)
}
