import { AppError } from '../../errors.ts'

/** The query as a map of texts. */
export function readQuery(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?')
  return start < 0 ? {} : readPairs(url.slice(start + 1), 'query')
}

/** The names and values of a query or a form as a map. A name given twice is an error, not a list. */
export function readPairs(text: string, where: 'query' | 'form'): Readonly<Record<string, string>> {
  const entries = [...new URLSearchParams(text)]
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    const message = 'expected each parameter once, got it twice'
    throw new AppError('bad-request', `invalid ${where}: ${twice.slice(0, 60)}: ${message}`, {
      issues: [{ path: twice.slice(0, 60), message }],
    })
  }
  // an object without a prototype, so that `__proto__` is an unknown key like any other
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}
