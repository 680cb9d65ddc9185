import type { Writable } from 'node:stream'
import type { Environment } from '../../app/config/config.ts'
import { AppError } from '../../errors.ts'
import { toGithub } from '../../lint/formats/github.ts'
import { toJsonReport } from '../../lint/formats/json.ts'
import { toText } from '../../lint/formats/plain-text.ts'
import { toSarif } from '../../lint/formats/sarif.ts'
import { counted, countsOf } from '../../lint/formats/summary.ts'
import { lint } from '../../lint/lint.ts'
import type { LintReport } from '../../lint/model/report.ts'
import { allRules } from '../../lint/rules/rules.ts'
import type { Surroundings } from '../command.ts'
import { plain, plainJson } from '../plain.ts'
import { createWriter } from '../writer.ts'
import type { ErrorForecast } from './forecast-errors.ts'
import { lintOptions } from './lint-options.ts'
import { readFiles } from './read-files.ts'

export interface LintFlags {
  readonly format: 'text' | 'json' | 'sarif' | 'github'
  readonly ignore?: string
  readonly rps?: number
  readonly errorRate: number
}

export interface LintSurroundings extends Pick<Surroundings, 'input' | 'errors' | 'version'> {
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Environment
}

/** Writes what is found. Gives the exit code: 0 = no error, 1 = an error was found, 3 = only templates were read. */
export async function runLint(
  paths: readonly string[],
  flags: LintFlags,
  surroundings: LintSurroundings,
): Promise<0 | 1 | 3> {
  const ignored = readIgnored(flags.ignore)
  const files = await readFiles(paths, surroundings.input)
  const forecast = await forecastOf(flags)
  const whole = await lint(files, { ...(await lintOptions()), ...forecast })
  if (whole.objects === 0 && whole.findings.length === 0) throw nothingRead(whole)
  const report = { ...whole, findings: whole.findings.filter(({ rule }) => !ignored.has(rule)) }
  await createWriter(surroundings.output).write(written(report, flags, surroundings))
  for (const name of forecast?.unknownPolicies ?? [])
    surroundings.errors.write(`${plain(`--rps: ${unknownPolicy(name)}`)}\n`)
  if (countsOf(report).error > 0) return 1
  // templates alone say nothing about a canary
  return whole.objects === 0 ? 3 : 0
}

/** What stages can find is computed only where the traffic is given. */
async function forecastOf({ rps, errorRate }: LintFlags): Promise<ErrorForecast | undefined> {
  if (rps === undefined) return undefined
  const { forecastErrors } = await import('./forecast-errors.ts')
  return forecastErrors(rps, errorRate)
}

const unknownPolicy = (name: string): string =>
  `the files have no policy ${name} without mistakes, so its rollouts are forecast by the default rules; lint its file too`

function readIgnored(names = ''): ReadonlySet<string> {
  const ignored = names.split(/[\s,]+/).filter((name) => name !== '')
  const unknown = ignored.find((name) => !allRules.some((rule) => rule.name === name))
  if (unknown === undefined) return new Set(ignored)
  const known = allRules.map(({ name }) => name).join(', ')
  throw new AppError('bad-request', `--ignore: expected names of ${known}; got "${unknown.slice(0, 60)}"`)
}

function nothingRead({ files, patches }: LintReport): AppError {
  const got =
    patches === 0 ? 'none' : `${patches} that kustomize puts together: lint what kustomize build prints`
  const what = 'a Rollout, an AnalysisTemplate, a Canary, a MetricTemplate, a Deployment or a policy'
  return new AppError('bad-request', `expected ${what} in ${counted(files, 'file')}, got ${got}`)
}

function written(
  report: LintReport,
  { format }: LintFlags,
  { output, env, version }: LintSurroundings,
): string {
  switch (format) {
    case 'json':
      return `${plainJson(toJsonReport(report), 2)}\n`
    case 'sarif':
      return `${plainJson(toSarif(report, version), 2)}\n`
    case 'github':
      return toGithub(withPlainTexts(report))
    case 'text': {
      const colors = output.isTTY === true && (env['NO_COLOR'] ?? '') === ''
      return toText(withPlainTexts(report), { colors, columns: Math.min(output.columns ?? 100, 100) })
    }
    default:
      return format satisfies never
  }
}

const withPlainTexts = (report: LintReport): LintReport => ({
  ...report,
  findings: report.findings.map((finding) => ({
    ...finding,
    file: plain(finding.file),
    object: plain(finding.object),
    message: plain(finding.message),
  })),
})
