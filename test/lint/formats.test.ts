import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toGithub } from '../../src/lint/formats/github.ts'
import { toJsonReport } from '../../src/lint/formats/json.ts'
import { toSarif } from '../../src/lint/formats/sarif.ts'
import { toText } from '../../src/lint/formats/plain-text.ts'
import type { Finding } from '../../src/lint/model/finding.ts'
import type { LintReport } from '../../src/lint/model/report.ts'
import { allRules } from '../../src/lint/rules/rules.ts'
import { fixture } from './examples.ts'
import { lintText } from './lint-text.ts'

const finding: Finding = {
  rule: 'blind-canary',
  severity: 'error',
  file: 'deploy/web.yaml',
  line: 12,
  column: 7,
  object: 'Rollout web',
  message: '2 weights, and no analysis',
}
const report = (...findings: readonly Partial<Finding>[]): LintReport => ({
  findings: findings.map((each) => ({ ...finding, ...each })),
  files: 1,
  objects: 2,
  patches: 0,
})

describe('toText()', () => {
  test('groups by file and explains each rule once', () => {
    const text = toText(report({}, { line: 30 }, { file: '-', rule: 'too-fast', severity: 'warning' }), {
      colors: false,
      columns: 100,
    })
    expect(text).toBe(
      `deploy/web.yaml
  12:7  error    blind-canary  Rollout web
        2 weights, and no analysis
        why   The canary only delays the harm: a bad release reaches all users when the steps are
              over.
        mend  Add an analysis after each weight (rollouts/argo), or metrics or the hooks of the
              judge (rollouts/flagger).
  30:7  error    blind-canary  Rollout web
        2 weights, and no analysis

standard input
  12:7  warning  too-fast  Rollout web
        2 weights, and no analysis
        why   Harm takes time to show. At 50 requests a second and 0.5 % errors, three steps of one
              minute stop 12 % of 100 simulated canaries with twice the errors; three steps of ten
              minutes stop 100 %.
        mend  Make steps longer, at least ten minutes for the last one; \`canary-judge plan\` says
              what each length finds.

2 errors, 1 warning in 2 objects of 1 file
`,
    )
  })

  test('has colors only where they are wanted, and no line that is too wide', () => {
    const escape = '\u001B['
    expect(toText(report({}), { colors: true, columns: 100 })).toContain(escape)
    const text = toText(report({}), { colors: false, columns: 60 })
    expect(text).not.toContain(escape)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
  })

  test('of nothing says so in one line', () => {
    expect(toText({ ...report(), patches: 1 }, { colors: false, columns: 100 })).toBe(
      'nothing found in 2 objects of 1 file; 1 patch left out, lint what kustomize build prints\n',
    )
  })
})

test('toJsonReport() has counts, and each finding with why and how to mend it', () => {
  expect(toJsonReport(report({}, { severity: 'note', rule: 'selected-users' }))).toMatchObject({
    errors: 1,
    warnings: 0,
    notes: 1,
    files: 1,
    objects: 2,
    findings: [
      { ...finding, why: expect.stringContaining('delays the harm'), mend: expect.any(String) },
      { rule: 'selected-users' },
    ],
  })
})

describe('toGithub()', () => {
  test('writes one command for each finding', () => {
    const lines = toGithub(report({}, { severity: 'note' }, { file: '-', severity: 'warning' })).split('\n')
    expect(lines[0]).toMatch(
      /^::error file=deploy\/web\.yaml,line=12,col=7,title=canary-judge blind-canary::Rollout web: 2 weights, and no analysis%0AThe canary/,
    )
    expect(lines[1]).toMatch(/^::notice file=/)
    expect(lines[2]).toMatch(/^::warning title=canary-judge blind-canary::line 12: Rollout web: 2 weights/)
    expect(lines).toHaveLength(4)
  })

  test('escapes what would end the command or one of its properties', () => {
    const text = toGithub(report({ file: 'a:b,c%\r\n.yaml', message: '50 %\r\n::error::x, y: z' }))
    expect(text).toContain('file=a%3Ab%2Cc%25%0D%0A.yaml,line=12')
    expect(text).toContain('::Rollout web: 50 %25%0D%0A::error::x, y: z%0A')
    expect(text.split('\n')).toHaveLength(2)
  })
})

/** The required fields of SARIF 2.1.0, and those that code scanning reads. */
const sarifSchema = z.object({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          semanticVersion: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string().min(1),
              shortDescription: z.strictObject({ text: z.string().min(1) }),
              fullDescription: z.strictObject({ text: z.string().min(1) }),
              help: z.strictObject({ text: z.string().min(1) }),
              defaultConfiguration: z.strictObject({ level: z.enum(['none', 'note', 'warning', 'error']) }),
            }),
          ),
        }),
      }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level: z.enum(['none', 'note', 'warning', 'error']),
          message: z.strictObject({ text: z.string().min(1) }),
          locations: z.tuple([
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w%./:~-]+$/) }),
                region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
              }),
              logicalLocations: z
                .array(z.strictObject({ name: z.string(), kind: z.literal('resource') }))
                .optional(),
            }),
          ]),
        }),
      ),
    }),
  ]),
})

describe('toSarif()', () => {
  test('of a file with everything wrong has the form of SARIF 2.1.0', async () => {
    const whole = await lintText(fixture('everything-wrong'))
    const { runs } = sarifSchema.parse(toSarif(whole, '1.2.3'))
    const [{ results, tool }] = runs
    expect(results).toHaveLength(whole.findings.length)
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(allRules.map(({ name }) => name))
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  })

  test.each([
    ['-', 'stdin'],
    ['a b/ü#?.yaml', 'a%20b/%C3%BC%23%3F.yaml'],
    [String.raw`win\web.yaml`, 'win/web.yaml'],
    ['/srv/web.yaml', 'file:///srv/web.yaml'],
  ])('names the file %s as the URI %s', (file, uri) => {
    const { runs } = sarifSchema.parse(toSarif(report({ file }), '1'))
    expect(runs[0].results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe(uri)
  })
})
