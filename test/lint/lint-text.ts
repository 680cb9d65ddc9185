import { lint } from '../../src/lint/lint.ts'
import type { Finding } from '../../src/lint/model/finding.ts'
import type { LintReport } from '../../src/lint/model/report.ts'
import { lintOptions } from '../../src/cli/lint/lint-options.ts'

/** What lint finds in one text, as if it stood in a file. */
export async function lintText(text: string, file = 'deploy/web.yaml', named = true): Promise<LintReport> {
  return lint([{ file, text, named }], await options)
}

const options = lintOptions()

/** A finding as short as a test can compare it. */
export const short = ({ rule, line, message }: Finding): string => `${line} ${rule}: ${message}`
