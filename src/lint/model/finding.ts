export const severities = ['error', 'warning', 'note'] as const

export type Severity = (typeof severities)[number]

/** One mistake in a file. Why it matters and how to mend it is in the rule of that name. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** As it was given, or `-` for standard input. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** Such as `Rollout web`; empty for a file that could not be read. */
  readonly object: string
  readonly message: string
}
