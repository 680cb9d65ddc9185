import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { allRules } from '../../src/lint/rules/rules.ts'
import { collect, fixedEngine } from '../cli/streams.ts'
import { codeBlocks, markdownFiles, readText } from '../repository/markdown.ts'
import { fixture } from './examples.ts'
import { lintText } from './lint-text.ts'

test('every rule finds its mistake in the file that has everything wrong', async () => {
  const { findings } = await lintText(fixture('everything-wrong'))
  const found = new Set(findings.map(({ rule }) => rule))
  expect(allRules.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
})

test('lint finds nothing in the files of rollouts/ and policies/', async () => {
  const streams = collect('')
  const code = await runCommandLine(['lint', 'rollouts', 'policies'], {
    ...streams,
    engine: fixedEngine,
    version: '1',
  })
  expect([code, streams.err()]).toEqual([0, ''])
  expect(streams.out()).toMatch(
    /^nothing found in \d{2} objects of \d{3} files; \d+ patches left out, lint what kustomize build prints\n$/,
  )
})

test('lint finds nothing in the YAML of the pages, except the thresholds that one of them is about', async () => {
  const blocks = markdownFiles().flatMap((file) =>
    codeBlocks(readText(file))
      .filter(({ language }) => language === 'yaml')
      .map(({ text }) => ({ file, text })),
  )
  const reports = await Promise.all(
    blocks.map(async ({ file, text }) => ({ file, ...(await lintText(text, file, false)) })),
  )
  const found = reports.flatMap(({ findings }) => findings.map((each) => `${each.file} ${each.rule}`))
  // the guide shows what thresholds would have done
  expect(found).toEqual(['docs/guides/trying-on-your-past.md fixed-threshold'])
  expect(reports.filter(({ objects }) => objects > 0).length).toBeGreaterThan(5)
})

test('docs/lint.md is what `npm run docs:lint` writes', async () => {
  const { lintPage } = await import('../../scripts/contents/lint-page.ts')
  expect(await readFile('docs/lint.md', 'utf8')).toBe(await lintPage())
})
