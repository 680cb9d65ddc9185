import type { LintReport } from '../model/report.ts'
import { ruleNamed } from './rule-named.ts'
import { countsOf } from './summary.ts'

/** The report as one JSON object; each finding with why it matters and how to mend it. */
export function toJsonReport(report: LintReport): object {
  const { findings, files, objects, patches } = report
  const { error: errors, warning: warnings, note: notes } = countsOf(report)
  return {
    errors,
    warnings,
    notes,
    files,
    objects,
    patches,
    findings: findings.map((finding) => {
      const { why, mend } = ruleNamed(finding.rule) ?? {}
      return { ...finding, why, mend }
    }),
  }
}
