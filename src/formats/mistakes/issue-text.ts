import type { FieldIssue } from '../../errors.ts'

/** One mistake on one line: `line 4, column 3: metrics[0].margn: unknown key …`. */
export function toIssueText({ path, message, line, column }: FieldIssue): string {
  const place = line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}: `
  return `${place}${path === '' ? '' : `${path}: `}${message}`
}
