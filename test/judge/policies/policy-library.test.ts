import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { parseInOrder } from '../../../src/judge/policies/parse-in-order.ts'
import { createPolicyLibrary } from '../../../src/judge/policies/policy-library.ts'

let folder = ''
const bundled = () => join(folder, 'bundled')
const directory = () => join(folder, 'own')
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-policies-'))
  await mkdir(bundled())
  await mkdir(directory())
})
afterEach(() => rm(folder, { recursive: true }))

const policy = (name: string, more = '') => `name: ${name}\nmetrics: [{name: errors, kind: errors}]\n${more}`
const loaded = async (files: Readonly<Record<string, string>>, more: object = {}) => {
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  const library = createPolicyLibrary()
  await library.load({ bundled: bundled(), directory: directory(), ...more })
  return library
}

test('load() takes bundled and own policies; one of their own hides a bundled one of the same name', async () => {
  const library = await loaded({
    'bundled/istio.yaml': policy('istio'),
    'bundled/nginx.yaml': policy('nginx'),
    'own/my-istio.yml': policy('istio', 'step: 7m'),
    'own/notes.txt': 'not a policy',
    'own/.hidden.yaml': 'nor this',
  })
  expect(library.list().map(({ policy: { name }, origin, file }) => [name, origin, file])).toEqual([
    ['istio', 'user', 'my-istio.yml'],
    ['nginx', 'bundled', 'nginx.yaml'],
  ])
  expect(library.get('istio').policy.stepSeconds).toBe(420)
  expect(library.get('istio').digest).not.toBe(library.get('nginx').digest)
})

test('get() without a name gives the default: the one named, else the only one of their own', async () => {
  const one = {
    'bundled/istio.yaml': policy('istio'),
    'own/web.json': '{"name":"web","metrics":[{"name":"e","kind":"errors"}]}',
  }
  expect((await loaded(one)).get().policy.name).toBe('web')
  expect((await loaded(one, { defaultName: 'istio' })).get().policy.name).toBe('istio')
  const two = await loaded({ ...one, 'own/b.yaml': policy('b') })
  expect(two.defaultName).toBeUndefined()
  expect(() => two.get()).toThrow(
    expect.objectContaining({
      code: 'unknown-policy',
      message:
        'expected the name of a policy in `policy`, or a `defaultPolicy` in the configuration, got neither; loaded are b, istio, web',
    }),
  )
})

test('get() without a name gives application where there is no policy but the bundled ones', async () => {
  const shipped = { 'bundled/application.yaml': policy('application'), 'bundled/istio.yaml': policy('istio') }
  const library = await loaded(shipped)
  expect(library.get().policy.name).toBe('application')
  // There is still no default, so a recording without a policy is judged by a policy for the metrics in it.
  expect(library.defaultName).toBeUndefined()
  const two = await loaded({ ...shipped, 'own/a.yaml': policy('a'), 'own/b.yaml': policy('b') })
  expect(() => two.get()).toThrow('loaded are a, application, b, istio')
})

test('load() reads a policy after the one that it extends, bundled or own, in whatever order the files come', async () => {
  const library = await loaded({
    'bundled/mesh.yaml': policy('mesh', 'step: 7m'),
    'own/a.yaml': 'name: a\nextends: b\nsoak: 5m',
    'own/b.yaml': 'name: b\nextends: mesh\nwarmup: 1m',
    'own/mesh.yaml': 'name: mesh\nextends: mesh\nhistory: 1h',
  })
  expect(library.get('a').policy).toMatchObject({
    stepSeconds: 420,
    warmupSeconds: 60,
    soakSeconds: 300,
    historySeconds: 3600,
  })
  expect(library.get('a').written.from).toMatchObject({ step: 'mesh', warmup: 'b', soak: 'a' })
})

test('load() refuses policies that extend each other in a circle, and those that extend a wrong one', async () => {
  const circle = {
    'own/a.yaml': 'name: a\nextends: b',
    'own/b.yaml': 'name: b\nextends: a',
    'own/c.yaml': 'name: c\nextends: a',
  }
  await expect(loaded(circle)).rejects.toThrow(
    'extends: expected no circle, got a → b → a; extends: expected no circle, got b → a → b; extends: expected no circle, got c → a → b → a',
  )
  await rm(join(folder, 'own/b.yaml'))
  await rm(join(folder, 'own/c.yaml'))
  const wrong = { 'own/a.yaml': 'name: a\nextends: d', 'own/d.yaml': 'name: d\nmetrics: 5' }
  await expect(loaded(wrong)).rejects.toThrow('invalid policy a.yaml: extends: d has mistakes itself')
})

test('get() of an unknown name names the known ones and the nearest', async () => {
  const library = await loaded({ 'own/web.yaml': policy('web') })
  expect(() => library.get('wbe')).toThrow(
    'expected one of the loaded policies, which are web; got "wbe", did you mean web?',
  )
  expect(() => createPolicyLibrary().get('x')).toThrow('but no policies are loaded; got "x"')
})

test('load() reports the mistakes of all files at once and keeps what was there', async () => {
  const library = await loaded({ 'own/web.yaml': policy('web') })
  await writeFile(join(folder, 'own/bad.yaml'), 'name: bad\nmetrics: 5')
  await writeFile(join(folder, 'own/worse.yaml'), 'nmae: worse\nmetrics: [{name: e, kind: errors}]')
  await writeFile(join(folder, 'own/web2.yaml'), policy('web'))
  await expect(library.load({ bundled: bundled(), directory: directory() })).rejects.toMatchObject({
    code: 'invalid-policy',
    message: expect.stringMatching(
      /bad\.yaml.*worse\.yaml.*expected each policy name once, got "web" in web\.yaml and web2\.yaml/,
    ),
    issues: expect.arrayContaining([
      expect.objectContaining({ path: 'metrics' }),
      expect.objectContaining({ path: 'nmae' }),
    ]),
  })
  expect(library.list()).toHaveLength(1)
})

test('a policy that extends none is read after files without a name', () => {
  const texts = { 'a.yaml': 'metrics: [', 'b.yaml': 'kind: Kustomization', 'web.yaml': policy('web') }
  const files = Object.entries(texts).map(([file, text]) => ({ file, text }))
  const { loaded: good, failed } = parseInOrder(files, {
    bundled: new Map(),
    read: (text, file, bases) => parsePolicy(text, file, undefined, bases),
  })
  expect(good.map(({ policy: { name } }) => name)).toEqual(['web'])
  expect(failed.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml'])
})

test('load() does without bundled policies, but not without a directory that was named', async () => {
  const library = createPolicyLibrary()
  await library.load({ bundled: join(folder, 'none') })
  expect(library.list()).toEqual([])
  await expect(library.load({ bundled: bundled(), directory: join(folder, 'none') })).rejects.toMatchObject({
    code: 'invalid-policy',
    message: `expected a readable directory of policies at ${join(folder, 'none')}`,
  })
})

test('load() refuses a pipe and a file too large for a policy at once, and keeps what was there', async () => {
  const library = await loaded({ 'own/web.yaml': policy('web') })
  await writeFile(join(directory(), 'large.yaml'), '')
  execFileSync('mkfifo', [join(directory(), 'pipe.yaml')])
  await truncate(join(directory(), 'large.yaml'), 8 * 1024 ** 3)
  await expect(library.load({ bundled: bundled(), directory: directory() })).rejects.toThrow(
    /at most 1048576 bytes at .*large\.yaml, got 8589934592; expected a file at .*pipe\.yaml, got something else/,
  )
  expect(library.list()).toHaveLength(1)
})

test('load() gives its defaults to bundled policies and to own ones, and a later load takes them away', async () => {
  const files = { 'bundled/istio.yaml': policy('istio'), 'own/web.yaml': policy('web', 'soak: 5m') }
  const library = await loaded(files, { defaults: { soak: '4m', pass: 'strict' } })
  const before = new Set(library.list().map(({ digest }) => digest))
  expect(library.list().map((each) => [each.policy.soakSeconds, each.policy.pass])).toEqual([
    [240, 'strict'],
    [300, 'strict'],
  ])
  await library.load({ bundled: bundled(), directory: directory() })
  expect(library.get('istio').policy).toMatchObject({ soakSeconds: 180, pass: 'balanced' })
  expect(library.list().filter(({ digest }) => before.has(digest))).toEqual([])
})
