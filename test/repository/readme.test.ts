import { readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { analyze } from '../../src/engine/analyze.ts'
import { writeDemoFiles } from '../../src/cli/demo/demo-files.ts'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { argoRequestSchema } from '../../src/callers/argo/request.ts'
import { codeBlocks, markdownFiles, readText, root } from './markdown.ts'

const readme = readText('README.md')
const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(readText('package.json'))

test('the verdict in the README is what the engine answers in the demo, thirteen minutes into a rollout', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-readme-'))
  const files = await writeDemoFiles(folder)
  const { policy } = parsePolicy(await readFile(files.policy, 'utf8'), files.policy)
  const lines = (await readFile(files.recordings, 'utf8')).split('\n')
  await rm(folder, { recursive: true })
  const recording = parseRecording(JSON.parse(lines.find((line) => line.includes('errors-x1.5')) ?? ''))
  const shown = codeBlocks(readme).filter(({ language }) => language === 'json')
  expect(shown).toHaveLength(1)
  const { metrics, ...verdict } = rounded(analyze(recording, policy, 132))
  const [errors] = metrics
  expect({ ...verdict, metrics: [errors] }).toMatchObject(JSON.parse(shown[0]?.text ?? ''))
})

/** Rounds fractions to three digits. */
function rounded<T>(value: T): T {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' && !Number.isInteger(inner) ? Number(inner.toPrecision(3)) : inner,
  )
  return JSON.parse(text)
}

test('the manifest in the README is an AnalysisTemplate whose body POST /v1/argo takes', () => {
  const manifest = codeBlocks(readme).find(({ text }) => text.includes('kind: AnalysisTemplate'))?.text ?? ''
  const template = new AnalysisTemplate(parse(manifest))
  expect(() => template.validate()).not.toThrow()
  const broken = new AnalysisTemplate(parse(manifest.replace('interval: 60s', 'interval: [60]')))
  expect(() => broken.validate()).toThrow('interval')
  const [metric] = template.spec?.metrics ?? []
  const web = metric?.provider.web
  expect(web).toMatchObject({
    method: 'POST',
    url: expect.stringMatching(/:8080\/v1\/argo$/),
    jsonPath: '{$.argo}',
  })
  const body = JSON.stringify(web?.jsonBody).replaceAll(/\{\{args\.(\w+)\}\}/g, 'hash-of-$1')
  expect(argoRequestSchema.parse(JSON.parse(body))).toMatchObject({
    canaryHash: 'hash-of-canary',
    stableHash: 'hash-of-stable',
  })
  // All measurements may be inconclusive. Without a pass the limit of successes leaves the result open.
  expect(metric?.inconclusiveLimit).toBe(metric?.count)
  expect(metric?.consecutiveSuccessLimit).toBe(1)
})

test('every other YAML in the README is a policy without mistakes', () => {
  const policies = codeBlocks(readme).filter(
    ({ language, text }) => language === 'yaml' && !text.includes('apiVersion'),
  )
  expect(policies.length).toBeGreaterThan(0)
  for (const { text } of policies) expect(parsePolicy(text, 'README.md').warnings).toEqual([])
})

test('the first screen has the two commands', () => {
  const first = readme.split('\n## ')[0] ?? ''
  expect(first).toContain('npm ci && npm run demo\n')
  expect(first).toContain('npm ci && npm test\n')
})

test.each(markdownFiles())('%s names only npm scripts that exist, and no place of one machine', (file) => {
  const text = readText(file)
  const named = [...text.matchAll(/npm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
  expect(text).not.toMatch(/(?<![\w.])\/(?:work|root|home)\//)
})

test('CONTRIBUTING.md names every room of src/', () => {
  const page = readText('CONTRIBUTING.md')
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
  )
  expect(rooms.length).toBeGreaterThan(15)
  expect(rooms.filter((room) => !page.includes(`\`${room}\``))).toEqual([])
})

test('CONTRIBUTING.md names every benchmark, and no other', () => {
  const named = new Set(readText('CONTRIBUTING.md').match(/\bbench:\w+/g))
  expect([...named].toSorted()).toEqual(
    Object.keys(scripts)
      .filter((name) => name.startsWith('bench:'))
      .toSorted(),
  )
})
