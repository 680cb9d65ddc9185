import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LintReport } from '../model/report.ts'
import type { Finding } from '../model/finding.ts'
import { allRules } from '../rules/rules.ts'

/** A log in SARIF 2.1.0, as code scanning reads it. */
export function toSarif({ findings }: LintReport, version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'canary-judge',
            semanticVersion: version,
            rules: allRules.map(({ name, severity, finds, why, mend }) => ({
              id: name,
              shortDescription: { text: finds },
              fullDescription: { text: why },
              help: { text: mend },
              defaultConfiguration: { level: severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(toResult),
      },
    ],
  }
}

function toResult({ rule, severity, file, line, column, object, message }: Finding): object {
  return {
    ruleId: rule,
    ruleIndex: allRules.findIndex(({ name }) => name === rule),
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(file) },
          region: { startLine: line, startColumn: column },
        },
        ...(object !== '' && { logicalLocations: [{ name: object, kind: 'resource' }] }),
      },
    ],
  }
}

function toUri(file: string): string {
  if (file === '-') return 'stdin'
  if (isAbsolute(file)) return pathToFileURL(file).href
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}
