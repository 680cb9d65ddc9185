import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { collect, fixedEngine } from './streams.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'canary-judge-lint-policies-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Lints these files, which are in a new folder. */
async function lintFolder(
  folder: string,
  files: Readonly<Record<string, string>>,
  ...flags: readonly string[]
) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return run(['--format', 'json', ...flags, join(root, folder)])
}

async function run(args: readonly string[], input = '') {
  const streams = collect(input)
  const code = await runCommandLine(['lint', ...args], { ...streams, engine: fixedEngine, version: '1' })
  const report: unknown = JSON.parse(streams.out())
  return { code, err: streams.err(), report }
}

const base = 'name: base\nextends: istio\nremove: [p99]\nwarmup: 2m\n'
const heir = 'name: shop\nextends: base\nsoak: 4m\n'
const fine = { code: 0, err: '', report: { findings: [] } }
const mistake = (message: string) => ({ rule: 'policy-mistake', message: expect.stringContaining(message) })

test('lint reads a policy that extends another one of the same file, in either order', async () => {
  for (const text of [`${base}---\n${heir}`, `${heir}---\n${base}`]) {
    expect(await lintFolder('one-file', { 'policies.yaml': text })).toMatchObject(fine)
    expect(await run(['--format', 'json', '-'], text)).toMatchObject(fine)
  }
})

test('lint reads a policy that extends one in another folder of the command line, or in a ConfigMap', async () => {
  expect(await lintFolder('two', { 'a/shop.yaml': heir, 'b/base.yaml': base })).toMatchObject(fine)
  const indented = base.replaceAll(/^(?=.)/gm, '    ')
  const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: policies }\ndata:\n  base.yaml: |\n${indented}`
  expect(await lintFolder('map', { 'shop.yaml': heir, 'map.yaml': map })).toMatchObject(fine)
})

test('lint takes the policy beside, where two have the name that is extended', async () => {
  const files = (env: string, extra: string) => ({
    [`${env}/base.yaml`]: base + extra,
    [`${env}/shop.yaml`]: heir,
  })
  const { report } = await lintFolder('envs', { ...files('a', ''), ...files('b', 'step: 4m\n') })
  expect(report).toMatchObject({
    findings: [
      { rule: 'policy-warning', file: expect.stringMatching(/b\/base\.yaml$/) },
      { rule: 'policy-warning', file: expect.stringMatching(/b\/shop\.yaml$/) },
    ],
  })
})

test('lint reports a base with mistakes, a circle, and a base of two folders that is not clear', async () => {
  const broken = await lintFolder('broken', { 'a.yaml': `${base.replace('warmup', 'wormup')}---\n${heir}` })
  expect(broken.report).toMatchObject({
    findings: [mistake('did you mean warmup?'), mistake('extends: base has mistakes itself')],
  })
  const circle = await lintFolder('circle', { 'a.yaml': `${base.replace('istio', 'shop')}---\n${heir}` })
  expect(circle.report).toMatchObject({
    findings: [
      mistake('extends: shop has mistakes itself'),
      mistake('expected no circle, got base → shop → base'),
    ],
  })
  const unclear = await lintFolder('unclear', { 'a/b.yaml': base, 'b/b.yaml': base, 'c/shop.yaml': heir })
  expect(unclear.report).toMatchObject({ findings: [mistake('expected the name of a policy')] })
})

test('lint says what is wrong with a base that is only in the folder', async () => {
  await lintFolder('beside', { 'base.yaml': base.replace('warmup', 'wormup'), 'shop.yaml': heir })
  const { report } = await run(['--format', 'json', join(root, 'beside/shop.yaml')])
  expect(report).toMatchObject({
    findings: [mistake('extends: base has mistakes itself: invalid policy base.yaml: ')],
  })
})

test('lint reads a policy that extends the bundled one of its own name', async () => {
  expect(
    await lintFolder('own-name', { 'istio.yaml': 'name: istio\nextends: istio\nsoak: 4m\n' }),
  ).toMatchObject(fine)
})
