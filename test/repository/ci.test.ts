import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText, root } from './markdown.ts'

const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(readText('package.json'))

const projects = ['quick', 'slow']

test('.ci/run does all that npm run check does, with the tests of npm test and of npm run test:slow', () => {
  expect(scripts['check']).toBe('npm run check:code && npm run coverage')
  expect([scripts['test'], scripts['test:slow']]).toEqual(
    projects.map((name) => `vitest run --project ${name}`),
  )
  expect(scripts['coverage']).toBe('vitest run --coverage')
  const commands = readText('.ci/run').match(/^ {2}npm .*?(?= --reporter| \|\||$)/gm)
  expect(commands?.map((line) => line.trim())).toEqual([
    'npm ci',
    'npm run check:code',
    'npm run coverage --',
  ])
})

test('every test file is in exactly one of the projects that .ci/run runs', () => {
  const list = execFileSync('npx', ['vitest', 'list', '--filesOnly', '--json'], {
    encoding: 'utf8',
    cwd: root,
  })
  const listed: readonly { readonly file: string; readonly projectName: string }[] = JSON.parse(list)
  const files = globSync('test/**/*.test.ts', { cwd: root }).map((path) => join(root, path))
  expect(listed.map((each) => each.file).toSorted()).toEqual(files.toSorted())
  expect(new Set(listed.map(({ projectName }) => projectName))).toEqual(new Set(projects))
})

const file = (status: string, ...tests: readonly string[]) => ({
  name: join(root, 'test/a.test.ts'),
  startTime: 0,
  endTime: 1500,
  status,
  assertionResults: tests.map((each) => ({ status: each })),
})

/** The last line of the function that counts, for a report and the steps that failed. */
function closingLine(files: readonly object[], counts: object, failedSteps: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-ci-'))
  const report = join(folder, 'tests.json')
  if (files.length > 0)
    writeFileSync(report, JSON.stringify({ testResults: files, numTodoTests: 0, ...counts }))
  const define = /^count\(\) \{\n.*?^\}\n/ms.exec(readText('.ci/run'))?.[0] ?? ''
  const script = `set -eu\n${define}\nreport="${report}"\ncount ${failedSteps.join(' ')}`
  const lines = execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: root }).trim().split('\n')
  rmSync(folder, { recursive: true })
  return lines.at(-1) ?? ''
}

const counts = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1 }

test.each([
  ['all passed', [file('passed', 'passed')], counts, [], '3 passed, 0 failed'],
  [
    'a test failed',
    [file('failed', 'failed')],
    { ...counts, numFailedTests: 1 },
    ['test'],
    '3 passed, 1 failed',
  ],
  ['a file could not be loaded', [file('failed')], counts, ['test'], '3 passed, 1 failed'],
  ['a file failed before its tests', [file('failed', 'skipped')], counts, ['test'], '3 passed, 1 failed'],
  ['coverage was too low', [file('passed', 'passed')], counts, ['test'], '3 passed, 1 failed'],
  [
    'lint and a test failed',
    [file('failed', 'failed')],
    { ...counts, numFailedTests: 1 },
    ['check:code', 'test'],
    '3 passed, 2 failed',
  ],
  ['there is no report', [], counts, ['test'], '0 passed, 1 failed'],
])('.ci/run ends with its counts when %s', (_, files, totals, failedSteps, line) => {
  expect(closingLine(files, totals, failedSteps)).toBe(line)
})

test('.ci/run is a script that bash can read', () => {
  expect(() => execFileSync('bash', ['-n', join(root, '.ci/run')])).not.toThrow()
})
