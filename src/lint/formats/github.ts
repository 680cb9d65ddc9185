import type { LintReport } from '../model/report.ts'
import type { Severity } from '../model/finding.ts'
import { ruleNamed } from './rule-named.ts'

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' }

/** Workflow commands, which GitHub Actions shows beside the lines of a pull request. */
export function toGithub({ findings }: LintReport): string {
  return findings
    .map(({ rule, severity, file, line, column, object, message }) => {
      const { why = '', mend = '' } = ruleNamed(rule) ?? {}
      const place = file === '-' ? [] : [`file=${property(file)}`, `line=${line}`, `col=${column}`]
      const properties = [...place, `title=${property(`canary-judge ${rule}`)}`].join(',')
      const where = file === '-' ? `line ${line}: ` : ''
      const text = [`${where}${[object, message].filter((each) => each !== '').join(': ')}`, why, mend].join(
        '\n',
      )
      return `::${commands[severity]} ${properties}::${data(text)}\n`
    })
    .join('')
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
