import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { runLint } from '../../src/cli/lint/run-lint.ts'
import { fixture } from '../lint/examples.ts'
import { collect, fixedEngine } from './streams.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-lint-'))
  await mkdir(join(folder, 'deploy/sub'), { recursive: true })
  await mkdir(join(folder, 'deploy/node_modules'))
  await writeFile(join(folder, 'deploy/web.yaml'), fixture('argo'))
  await writeFile(
    join(folder, 'deploy/sub/flagger.yml'),
    fixture('flagger').replace('threshold: 10', 'threshold: 99'),
  )
  await writeFile(join(folder, 'deploy/sub/values.yaml'), 'metrics: {enabled: true}\nextends: a\n')
  await writeFile(join(folder, 'deploy/broken.yaml'), 'kind: Unknown\nspec: {')
  await writeFile(join(folder, 'deploy/node_modules/bad.yaml'), fixture('everything-wrong'))
  await symlink(join(folder, 'deploy'), join(folder, 'deploy/sub/again'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(args: readonly string[], input: string | Buffer = '') {
  const streams = collect(input)
  const code = await runCommandLine(['lint', ...args], { ...streams, engine: fixedEngine, version: '1.2.3' })
  return { code, out: streams.out(), err: streams.err() }
}

test('lint of a folder reads its YAML files, follows no links, and exits 0 with warnings alone', async () => {
  const { code, out, err } = await run([join(folder, 'deploy')])
  expect(out).toMatch(/^\S+flagger\.yml\n {2}\d+:\d+ {2}warning {2}slow-rollback {2}Canary web\n/)
  expect(out).toMatch(/\n1 warning in 4 objects of 4 files\n$/)
  expect([code, err]).toEqual([0, ''])
})

test('lint - reads standard input and exits 1 for an error', async () => {
  const { code, out } = await run(['-'], fixture('argo').replace('failureLimit: 0', 'failureLimit: -1'))
  expect(out).toMatch(/^standard input\n.* error {4}nothing-fails {2}AnalysisTemplate canary-judge\n/)
  expect(code).toBe(1)
})

test('lint --ignore leaves a rule out', async () => {
  const text = fixture('argo').replace('failureLimit: 0', 'failureLimit: -1')
  expect(await run(['--ignore', 'too-fast, nothing-fails', '-'], text)).toEqual({
    code: 0,
    out: 'nothing found in 2 objects of 1 file\n',
    err: '',
  })
})

test.each(['json', 'sarif'])('lint --format %s is one JSON document, also of nothing', async (format) => {
  for (const text of [fixture('argo'), fixture('everything-wrong')]) {
    const { out, err } = await run(['--format', format, '-'], text)
    expect(JSON.parse(out)).toBeTypeOf('object')
    expect(err).toBe('')
  }
})

test.each([
  [['/nowhere.yaml'], "expected a file or a folder: ENOENT: no such file or directory, stat '/nowhere.yaml'"],
  [
    ['-'],
    'expected a Rollout, an AnalysisTemplate, a Canary, a MetricTemplate, a Deployment or a policy in 1 file, got none',
  ],
  [['--ignore', 'to-fast', '-'], '--ignore: expected names of blind-canary, '],
  [['--format', 'xml', '-'], "argument 'xml' is invalid"],
  [[], "missing required argument 'files'"],
])('lint %j exits 3 and says why', async (args, message) => {
  const { code, out, err } = await run(args)
  expect(err).toContain(message)
  expect([code, out]).toEqual([3, ''])
})

test('lint of a patch alone says what to lint instead', async () => {
  const { code, err } = await run(
    ['-'],
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {replicas: 3}\n',
  )
  expect(err).toContain('got 1 that kustomize puts together: lint what kustomize build prints')
  expect(code).toBe(3)
})

test('lint shows no control characters of a file, in no format', async () => {
  const name = String.raw`"we\u001b[2J\u202Eb"`
  const text = fixture('argo')
    .replace('failureLimit: 0', 'failureLimit: -1')
    .replaceAll('name: canary-judge\n', `name: ${name}\n`)
  for (const format of ['text', 'json', 'sarif', 'github']) {
    const { out } = await run(['--format', format, '-'], text)
    expect(out).toContain('nothing-fails')
    expect(/\p{Cf}|[^\P{Cc}\n]/u.exec(out)).toBeNull()
  }
})

test.each([
  [{}, true],
  [{ NO_COLOR: '' }, true],
  [{ NO_COLOR: '1' }, false],
])('lint on a terminal with %j: colors are %s', async (env, colored) => {
  const streams = collect(fixture('everything-wrong'))
  const output = Object.assign(streams.output, { isTTY: true, columns: 80 })
  const code = await runLint(
    ['-'],
    { format: 'text', errorRate: 0.5 },
    { ...streams, output, version: '1', env },
  )
  expect(code).toBe(1)
  expect(streams.out().includes('\u001B[')).toBe(colored)
})

test('lint reads a policy that extends one in its folder, and refuses a base that is not there', async () => {
  await writeFile(join(folder, 'mesh.yaml'), 'name: mesh\nextends: istio\nremove: [p99]\n')
  await writeFile(join(folder, 'shop.yaml'), 'name: shop\nextends: mesh\nsoak: 4m\n')
  await writeFile(join(folder, 'lost.yaml'), 'name: lost\nextends: mash\n')
  expect(await run([join(folder, 'shop.yaml')])).toMatchObject({ code: 0 })
  const { code, out } = await run([join(folder, 'lost.yaml')])
  expect(out).toContain('did you mean mesh?')
  expect(code).toBe(1)
})

test('lint --rps says what the steps of a rollout can find at this traffic', async () => {
  const { out } = await run(['--rps', '2', '-'], fixture('flagger'))
  expect(out).toMatch(
    / warning {2}too-fast {2}Canary web\n +only errors from ×[3-9]\S* on fail the canary within its 30 minutes/,
  )
  expect(await run(['--rps', '200', '-'], fixture('flagger'))).toEqual({
    code: 0,
    err: '',
    out: 'nothing found in 2 objects of 1 file\n',
  })
  const short = fixture('argo').replace("minutes: '10'", "minutes: '1'")
  expect((await run(['--rps', '2', '-'], short)).out).toContain(
    'errors of no size fail the canary within its 2 minutes',
  )
  expect((await run(['--rps', '0', '-'], short)).code).toBe(3)
})

test('lint --rps forecasts by the policy that the rollout names', async () => {
  const policy = (keys: string): string =>
    `---\nname: shop\nmetrics:\n  - { name: errors, kind: errors, total: a_total, bad: 'a_total{code="500"}'${keys} }\n`
  const shop = (text: string): string => text.replaceAll(/policy: istio(-service)?$/gm, 'policy: shop')
  const seen = async (text: string) => {
    const { out, err } = await run(['--rps', '20', '--ignore', 'labels-not-found', '-'], text)
    return { found: /too-fast/.test(out), err }
  }
  for (const file of ['flagger', 'argo']) {
    const text = shop(fixture(file))
    expect(await seen(text + policy(''))).toEqual({ found: false, err: '' })
    expect(await seen(text + policy(', tolerance: 4'))).toEqual({ found: true, err: '' })
    const blind = policy('').replace('kind: errors', 'kind: conversion').replace('bad:', 'good:')
    expect(await seen(text + blind)).toEqual({ found: true, err: '' })
    const unknown =
      '--rps: the files have no policy shop without mistakes, so its rollouts are forecast by the default rules; lint its file too\n'
    expect(await seen(text)).toEqual({ found: false, err: unknown })
    expect(await seen(text + policy(', tolerance: x'))).toMatchObject({ err: unknown })
  }
})

test('lint of templates of Helm alone exits 3, since nothing was read', async () => {
  const template =
    'kind: Rollout\nmetadata:\n  name: {{ .Release.Name }}\n  labels: {{- toYaml .Values.labels }}\n'
  const { code, out } = await run(['-'], template)
  expect(out).toMatch(
    / warning {2}unrendered-template\n.*\n.*\n.*\n.*\n\n1 warning in 0 objects of 1 file\n$/,
  )
  expect(code).toBe(3)
  expect((await run(['-'], `${template}---\n${fixture('argo')}`)).code).toBe(0)
})
