import { AppError } from '../../errors.ts'

/** The query as a map of texts; a parameter given twice is an error, not a list. */
export function readQuery(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?')
  if (start < 0) return {}
  const entries = [...new URLSearchParams(url.slice(start + 1))]
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    const message = 'expected each parameter once, got it twice'
    throw new AppError('bad-request', `invalid query: ${twice.slice(0, 60)}: ${message}`, {
      issues: [{ path: twice.slice(0, 60), message }],
    })
  }
  // an object without a prototype, so that `__proto__` is an unknown key like any other
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}
