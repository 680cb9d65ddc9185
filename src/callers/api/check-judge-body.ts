import type { AppError, AppErrorCode, FieldIssue } from '../../errors.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'

interface Revisions {
  readonly canary?: { readonly revision: string }
  readonly stable?: { readonly revision: string }
}

/** Refuses empty and equal revisions: both arms would be the same pods, and every canary would pass. */
export function checkRevisions({ canary, stable }: Revisions): void {
  const issues: FieldIssue[] = []
  for (const [arm, value] of [['canary', canary] as const, ['stable', stable] as const]) {
    if (value !== undefined && value.revision.trim() === '') {
      issues.push({ path: `${arm}.revision`, message: 'expected a revision, got ""' })
    }
  }
  if (issues.length === 0 && canary !== undefined && canary.revision === stable?.revision) {
    const message = `expected another revision than that of the canary, got "${canary.revision}" for both`
    issues.push({ path: 'stable.revision', message })
  }
  refuse(issues)
}

export function refuse(issues: readonly FieldIssue[]): void {
  if (issues.length > 0) throw invalidBody('unprocessable', issues)
}

export const invalidBody = (code: AppErrorCode, issues: readonly FieldIssue[]): AppError =>
  invalidInput(code, 'invalid body', issues, issues.length)
