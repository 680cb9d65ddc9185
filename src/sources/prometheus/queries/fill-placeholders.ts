import { AppError } from '../../../errors.ts'
import type { Workload } from '../arms/preset-context.ts'

const placeholder = /\{\{([^{}]*)\}\}/g
const names: ReadonlySet<string> = new Set(['namespace', 'name', 'canary', 'stable'])

/** The parameters that a text asks for, beside the names. */
export function placeholdersOf(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].map(([, key = '']) => key.trim()).filter((key) => !names.has(key))
}

/** `{{name}}`, `{{namespace}}`, `{{canary}}`, `{{stable}}` or a parameter, in the value of a label. */
export function fillPlaceholders(text: string, subject: Workload): string {
  return text.replaceAll(placeholder, (_, written: string) => {
    const key = written.trim()
    const value = valueOf(key, subject)
    if (value !== undefined) return value
    const known = [...names, ...Object.keys(subject.params)]
    throw new AppError(
      'bad-request',
      `select: expected one of ${known.join(', ')} between braces, got "${key}"`,
    )
  })
}

function valueOf(key: string, subject: Workload): string | undefined {
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
