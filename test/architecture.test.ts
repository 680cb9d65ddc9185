import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { sourceFacts } from './support/source-facts.ts'

/** The files beside the rooms that every room but the engine may import. */
const shared = ['errors', 'in-span', 'lru', 'timeout']

/** Which rooms of src a room may import, beside itself. `docs/architecture.md` shows the same as a picture. */
const table: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  errors: [],
  'in-span': [],
  lru: [],
  timeout: [],
  formats: [...shared, 'engine'],
  simulate: [...shared, 'engine'],
  judge: [...shared, 'engine', 'formats'],
  sources: [...shared, 'engine', 'judge'],
  store: [...shared, 'engine', 'judge'],
  telemetry: [...shared, 'engine', 'judge'],
  notify: [...shared, 'engine', 'judge'],
  http: [...shared, 'formats', 'judge', 'telemetry'],
  web: [...shared, 'engine', 'formats', 'judge', 'http'],
  callers: [...shared, 'engine', 'formats', 'judge', 'http', 'web', 'telemetry', 'notify'],
  app: [
    ...shared,
    'engine',
    'formats',
    'judge',
    'sources',
    'store',
    'telemetry',
    'notify',
    'http',
    'web',
    'callers',
  ],
  cli: [...shared, 'app', 'judge', 'engine', 'formats', 'sources', 'simulate', 'telemetry', 'notify', 'lint'],
  lint: [...shared, 'engine', 'formats', 'callers'],
  main: ['app'],
}

/** Inside a room: each layer may import those before it. Files beside the layers come last. */
const layers: Readonly<Record<string, readonly string[]>> = {
  engine: ['stats', 'model', 'counts', 'noise', 'evidence', 'kinds', 'decision', 'planning', 'explanation'],
  judge: ['ports', 'model', 'history', 'policies', 'runs', 'answer', 'data', 'look'],
  lint: ['model', 'facts', 'labels', 'reading', 'rules'],
}
/** Through which files other rooms enter a room; rooms that are not named are open. */
const doors: Readonly<Record<string, RegExp>> = {
  engine: /^engine\/(index\.ts|model\/.*)$/,
  judge: /^judge\/(judge\.ts|(ports|model)\/.*)$/,
}
/** Layers that may not import each other, although one comes before the other. */
const apart: readonly (readonly [string, string])[] = [
  ['engine/stats', 'engine/model'],
  ['judge/policies', 'judge/runs'],
]

/** Rooms in which the same input always gives the same output. */
const pure = new Set(['engine'])
const packagesOfPure = new Set(['simple-statistics'])

/** Packages that are the business of these rooms alone. */
const homes: Readonly<Record<string, readonly string[]>> = {
  express: ['http', 'web'],
  'express-rate-limit': ['http'],
  helmet: ['http'],
  'swagger-ui-dist': ['web'],
  kysely: ['store'],
  pg: ['store'],
  'node:sqlite': ['store'],
  'prometheus-query': ['sources'],
  '@prometheus-io/lezer-promql': ['sources'],
  commander: ['cli'],
  '@opentelemetry/api': ['in-span'],
}

interface Source {
  /** A path from src/, with slashes. */
  readonly path: string
  readonly text: string
}

const roomOf = (path: string): string => (path.split('/')[0] ?? '').replace(/\.ts$/, '')

function violations(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, text }) => {
    const room = roomOf(path)
    const { imports, impure, readsEnvironment } = sourceFacts(text)
    return [
      ...(room in table || path === 'cli.ts' ? [] : [`${path}: the table knows no room ${room}`]),
      ...imports.flatMap((specifier) => wrongImport(path, room, specifier)),
      ...(pure.has(room) ? impure.map((name) => `${path}: uses ${name}`) : []),
      ...(readsEnvironment && path !== 'app/config/config.ts' ? [`${path}: reads process.env`] : []),
    ]
  })
}

function wrongImport(path: string, room: string, specifier: string): readonly string[] {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    const allowed = mayEnter(path, room, target)
    return allowed ? [] : [`${path}: imports ${specifier}`]
  }
  const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier
  const mayImport =
    specifier !== '(computed)' &&
    (!pure.has(room) || packagesOfPure.has(name)) &&
    (homes[name]?.includes(room) ?? true)
  return mayImport ? [] : [`${path}: imports ${specifier}`]
}

function mayEnter(path: string, room: string, target: string): boolean {
  const other = roomOf(target)
  if (other !== room) return (table[room] ?? []).includes(other) && (doors[other]?.test(target) ?? true)
  const order = layers[room]
  if (order === undefined) return true
  const [from, to] = [layerOf(path), layerOf(target)]
  if (from === to) return true
  const forbidden = apart.some((pair) => [from, to].every((layer) => pair.includes(`${room}/${layer}`)))
  return !forbidden && rank(order, to) < rank(order, from)
}

/** The folder below the room, or the file itself when it is not in a folder. */
const layerOf = (path: string): string => path.split('/').slice(1, 2).join('')

const rank = (order: readonly string[], layer: string): number =>
  order.includes(layer)
    ? order.indexOf(layer)
    : order.length + (layer === 'index.ts' || layer === 'judge.ts' ? 1 : 0)

const root = join(dirname(import.meta.dirname), 'src')

const allSources = globSync('**/*.ts', { cwd: root }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(join(root, path), 'utf8'),
}))

test('every source file imports only what the table of rooms allows', () => {
  expect(allSources.length).toBeGreaterThan(50)
  expect(violations(allSources)).toEqual([])
})

test('every room and every layer that is named exists', () => {
  const rooms = Object.keys(table).filter((room) =>
    [room, `${room}.ts`].every((name) => !existsSync(join(root, name))),
  )
  const inside = Object.entries(layers).flatMap(([room, names]) =>
    names.filter((name) => !existsSync(join(root, room, name))).map((name) => `${room}/${name}`),
  )
  expect([...rooms, ...inside]).toEqual([])
})

/** Groups of files that import each other in a circle, directly or not; imports of types count too. */
function circles(sources: readonly Source[]): readonly string[] {
  const imports = new Map(
    sources.map(({ path, text }) => [path, sourceFacts(text).imports.filter((name) => name.startsWith('.'))]),
  )
  const targets = (path: string) =>
    (imports.get(path) ?? []).map((specifier) => posix.join(posix.dirname(path), specifier))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path) || way.includes(path)) return
    for (const target of targets(path)) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return found
}

test('no two files import each other, directly or around, types included', () => {
  expect(circles(allSources)).toEqual([])
})

test('circles() finds files that need each other for their types only', () => {
  const made = [
    { path: 'a.ts', text: "import type { B } from './b.ts'" },
    { path: 'b.ts', text: "export { c } from './c.ts'" },
    { path: 'c.ts', text: "import { a } from './a.ts'" },
    { path: 'd.ts', text: "import { a } from './a.ts'" },
  ]
  expect(circles(made)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
})

/** The files that no import reaches from the given ones. */
function unreached(sources: readonly Source[], from: readonly string[]): readonly string[] {
  const byPath = new Map(sources.map(({ path, text }) => [path, sourceFacts(text)]))
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    const { imports = [], urls = [] } = byPath.get(path) ?? {}
    for (const specifier of [...imports, ...urls]) {
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier))
    }
  }
  for (const path of from) visit(path)
  return [...byPath.keys()].filter((path) => !seen.has(path))
}

/** The entry files: the service, the command line, and the exports of package.json. */
function entries(): readonly string[] {
  const { exports = {} }: { exports?: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, '../package.json'), 'utf8'),
  )
  const exported = Object.values(exports).map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts'))
  return ['main.ts', 'cli.ts', ...exported.filter((path) => path.endsWith('.ts'))]
}

test('every source file is reached from what ships', () => {
  expect(unreached(allSources, entries())).toEqual([])
})

test('unreached() finds a file that nothing imports, and not a worker that is started by its URL', () => {
  const made = [
    { path: 'main.ts', text: "import './a/b.ts'; new Worker(new URL('./worker.ts', import.meta.url))" },
    { path: 'a/b.ts', text: '' },
    { path: 'worker.ts', text: "import './only-worker.ts'" },
    { path: 'only-worker.ts', text: '' },
    { path: 'lonely.ts', text: "import './main.ts'" },
  ]
  expect(unreached(made, ['main.ts'])).toEqual(['lonely.ts'])
})

test('the judge names no caller', () => {
  const callers = /argo|flagger|(pre|post|confirm)-(rollout|promotion|traffic)/i
  const named = allSources.filter(({ path, text }) => path.startsWith('judge/') && callers.test(text))
  expect(named.map(({ path }) => path)).toEqual([])
})

const sample = (path: string, text: string) => violations([{ path, text }])

test.each([
  [
    'engine/decision/x.ts',
    "import { a } from '../stats/a.ts'; import type { B } from './b.ts'; export * from '../kinds/c.ts'",
  ],
  [
    'engine/x.ts',
    "import { mean } from 'simple-statistics'; const at = new Date(0); const d = Date.parse('x')",
  ],
  ['engine/x.ts', "const text = `import '../http/x.ts' ${1}` // import '../http/x.ts' Date.now()"],
  ['engine/x.ts', 'const o = { process: 1, performance: 2 }; const n = o.process + o.performance'],
  ['app/config/config.ts', 'export const read = (env = process.env) => env'],
  ['app/x.ts', "import { a } from '../store/a.ts'; const b = await import('./config/config.ts')"],
  ['store/x.ts', "import pg from 'pg'; import type { DatabaseSync } from 'node:sqlite'"],
  ['web/x.ts', "import { series } from '../engine/index.ts'; import type { B } from '../engine/model/b.ts'"],
  ['judge/judge.ts', "import { a } from './look/a.ts'; import { b } from './ports/b.ts'"],
])('violations() of %s is empty for %s', (path, text) => {
  expect(sample(path, text)).toEqual([])
})

test.each([
  ['engine/stats/x.ts', "import { a } from '../counts/a.ts'", 'imports ../counts/a.ts'],
  ['engine/evidence/x.ts', "import type { A } from '../kinds/a.ts'", 'imports ../kinds/a.ts'],
  ['engine/decision/x.ts', "import { a } from '../analyze.ts'", 'imports ../analyze.ts'],
  ['engine/model/x.ts', "import { a } from '../stats/a.ts'", 'imports ../stats/a.ts'],
  ['engine/analyze.ts', "import { a } from './index.ts'", 'imports ./index.ts'],
  ['engine/x.ts', "import type { A } from '../judge/ports/ports.ts'", 'imports ../judge/ports/ports.ts'],
  ['engine/x.ts', "import type { A } from '../errors.ts'", 'imports ../errors.ts'],
  ['engine/x.ts', "export { a } from '../http/a.ts'", 'imports ../http/a.ts'],
  ['engine/x.ts', "export * from '../http/a.ts'", 'imports ../http/a.ts'],
  ['engine/x.ts', "const a = await import('../http/a.ts')", 'imports ../http/a.ts'],
  ['engine/x.ts', 'const a = await import(name)', 'imports (computed)'],
  ['engine/x.ts', "type A = import('../http/a.ts').A", 'imports ../http/a.ts'],
  ['engine/x.ts', "import { b } from './../engine/../http/b.ts'", 'imports ./../engine/../http/b.ts'],
  ['engine/x.ts', "import { z } from 'zod'", 'imports zod'],
  ['engine/x.ts', "import 'node:fs'", 'imports node:fs'],
  ['engine/x.ts', "const fs = require('fs')", 'imports fs'],
  ['engine/x.ts', 'const a = Date.now()', 'uses Date.now'],
  ['engine/x.ts', "const a = Date['now']()", 'uses Date.now'],
  ['engine/x.ts', 'const a = Math[name]()', 'uses Math.(computed)'],
  ['engine/x.ts', 'const a = new Date()', 'uses new Date()'],
  ['engine/x.ts', 'const a = Date()', 'uses new Date()'],
  ['engine/x.ts', 'const a = Math.random()', 'uses Math.random'],
  ['engine/x.ts', 'const { random } = Math', 'uses a part of Math'],
  ['engine/x.ts', 'const t = performance.now()', 'uses performance'],
  ['judge/x.ts', "import { analyze } from '../engine/analyze.ts'", 'imports ../engine/analyze.ts'],
  ['web/x.ts', "import type { A } from '../engine/kinds/a.ts'", 'imports ../engine/kinds/a.ts'],
  ['callers/x.ts', "import { a } from '../judge/runs/a.ts'", 'imports ../judge/runs/a.ts'],
  ['store/x.ts', "import type { A } from '../judge/hook-runs.ts'", 'imports ../judge/hook-runs.ts'],
  ['judge/ports/x.ts', "import { a } from '../model/a.ts'", 'imports ../model/a.ts'],
  ['judge/runs/x.ts', "import { a } from '../policies/a.ts'", 'imports ../policies/a.ts'],
  ['judge/look/x.ts', "import { a } from '../../sources/a.ts'", 'imports ../../sources/a.ts'],
  ['http/x.ts', "import { a } from '../app/config/config.ts'", 'imports ../app/config/config.ts'],
  ['http/x.ts', "import { a } from '../callers/argo/a.ts'", 'imports ../callers/argo/a.ts'],
  ['store/x.ts', "import { a } from '../sources/a.ts'", 'imports ../sources/a.ts'],
  ['sources/x.ts', "import { a } from '../store/a.ts'", 'imports ../store/a.ts'],
  ['http/x.ts', "import { Pool } from 'pg'", 'imports pg'],
  ['judge/judge.ts', "import type { Request } from 'express'", 'imports express'],
  ['http/x.ts', 'const a = process.env.PORT', 'reads process.env'],
  ['http/x.ts', 'const { env } = process', 'reads process.env'],
  ['http/x.ts', "const a = process['env']", 'reads process.env'],
  ['http/x.ts', "import { env } from 'node:process'", 'reads process.env'],
  ['http/x.ts', 'const a = globalThis.process.env', 'reads process.env'],
  ['app/config/x.ts', 'const a = process.env', 'reads process.env'],
  ['misc/x.ts', 'export const a = 1', 'the table knows no room misc'],
])('violations() finds what is wrong with %s: %s', (path, text, expected) => {
  expect(sample(path, text)).toContain(`${path}: ${expected}`)
})

test('the table itself has no cycle: no two rooms see each other', () => {
  const mutual = Object.entries(table).flatMap(([room, seen]) =>
    seen.filter((other) => (table[other] ?? []).includes(room)).map((other) => `${room} and ${other}`),
  )
  expect(mutual).toEqual([])
})
