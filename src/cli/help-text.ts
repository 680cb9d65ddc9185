/** Exit codes that mean the same in every command; 2 is an answer of `check` and `ship` alone. */
export const exitCodes = { done: 0, no: 1, inconclusive: 2, error: 3 } as const

export interface HelpText {
  /** What 0, 1 and 2 mean, where the command has them; 3 is an error everywhere. */
  readonly codes: readonly string[]
  readonly examples: readonly [string, string, ...string[]]
}

/** What stands below the options in the help of a command. */
export function helpText({ codes, examples }: HelpText): string {
  const meanings = [...codes.map((meaning, code) => `${code} ${meaning}`), `${exitCodes.error} error`]
  const lines = examples.map((example) => `  ${example}`)
  return `\nExit codes: ${meanings.join(', ')}.\n\nExamples:\n${lines.join('\n')}`
}
