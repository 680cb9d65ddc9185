import { AppError } from '../app-error.ts'
import type { Subject } from './preset-context.ts'

/** `{{name}}`, `{{namespace}}`, `{{canary}}`, `{{stable}}` or a parameter, in the value of a label. */
export function fillPlaceholders(text: string, subject: Subject): string {
  return text.replaceAll(/\{\{\s*([^{}]*?)\s*\}\}/g, (_, key: string) => {
    const value = valueOf(key, subject)
    if (value !== undefined) return value
    const known = ['namespace', 'name', 'canary', 'stable', ...Object.keys(subject.params)]
    throw new AppError(
      'bad-request',
      `select: expected one of ${known.join(', ')} between braces, got "${key}"`,
    )
  })
}

function valueOf(key: string, subject: Subject): string | undefined {
  switch (key) {
    case 'namespace':
      return subject.namespace
    case 'name':
      return subject.name
    case 'canary':
      return subject.revision
    case 'stable':
      return subject.stableRevision
    default:
      return Object.hasOwn(subject.params, key) ? subject.params[key] : undefined
  }
}
