import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { sourceFacts } from './support/source-facts.ts'

/** Which rooms a room may look into, beside itself. `src/config.ts` and `src/config/` are one room. */
const sees: Readonly<Record<string, readonly string[]>> = {
  stats: [],
  analysis: ['stats'],
  'app-error': [],
  roles: [],
  lru: [],
  ports: ['analysis', 'app-error'],
  formats: ['analysis', 'app-error'],
  simulate: ['analysis', 'stats'],
  telemetry: ['ports', 'app-error'],
  files: ['ports'],
  policies: ['analysis', 'ports', 'app-error', 'formats', 'files'],
  judging: ['analysis', 'ports', 'app-error', 'formats', 'lru'],
  judge: ['judging', 'analysis', 'ports', 'app-error', 'formats', 'telemetry'],
  http: ['judge', 'judging', 'web', 'analysis', 'ports', 'app-error', 'formats', 'roles', 'telemetry'],
  web: ['judge', 'judging', 'analysis', 'ports', 'app-error'],
  prometheus: ['analysis', 'ports', 'app-error', 'telemetry', 'lru'],
  storage: ['analysis', 'ports', 'app-error', 'telemetry'],
  notify: ['analysis', 'ports', 'app-error', 'telemetry'],
  config: ['analysis', 'ports', 'app-error', 'formats', 'roles'],
}
const everythingBelow = Object.keys(sees)
const table: Readonly<Record<string, readonly string[]>> = {
  ...sees,
  app: everythingBelow,
  commands: [...everythingBelow, 'app'],
  cli: [...everythingBelow, 'app', 'commands'],
  main: ['app'],
}

/** Rooms in which the same input always gives the same output. */
const pure = new Set(['stats', 'analysis'])
const packagesOfPure = new Set(['simple-statistics'])

/** Packages that are the business of one room. */
const homes: Readonly<Record<string, string>> = {
  express: 'http',
  'express-rate-limit': 'http',
  helmet: 'http',
  'swagger-ui-dist': 'http',
  kysely: 'storage',
  pg: 'storage',
  'node:sqlite': 'storage',
  'prometheus-query': 'prometheus',
  '@prometheus-io/lezer-promql': 'prometheus',
  commander: 'commands',
}
/** The simulated Prometheus parses what it is asked. */
const alsoAtHome: Readonly<Record<string, readonly string[]>> = {
  '@prometheus-io/lezer-promql': ['simulate'],
  commander: ['cli'],
}

interface Source {
  /** From src/, with slashes. */
  readonly path: string
  readonly text: string
}

const roomOf = (path: string): string => (path.split('/')[0] ?? '').replace(/\.ts$/, '')

function violations(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, text }) => {
    const room = roomOf(path)
    const { imports, impure, readsEnvironment } = sourceFacts(text)
    return [
      ...(room in table ? [] : [`${path}: the table knows no room ${room}`]),
      ...imports.flatMap((specifier) => wrongImport(path, room, specifier)),
      ...(pure.has(room) ? impure.map((name) => `${path}: uses ${name}`) : []),
      ...(readsEnvironment && path !== 'config.ts' ? [`${path}: reads process.env`] : []),
    ]
  })
}

function wrongImport(path: string, room: string, specifier: string): readonly string[] {
  if (specifier.startsWith('.')) {
    const target = roomOf(posix.join(posix.dirname(path), specifier))
    const seen = target === room || (table[room] ?? []).includes(target)
    return seen ? [] : [`${path}: imports ${specifier}`]
  }
  const name = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier
  const home = homes[name]
  const mayImport =
    specifier !== '(computed)' &&
    (!pure.has(room) || packagesOfPure.has(name)) &&
    (home === undefined || home === room || (alsoAtHome[name] ?? []).includes(room))
  return mayImport ? [] : [`${path}: imports ${specifier}`]
}

const root = join(dirname(import.meta.dirname), 'src')

test('every source file imports only what the table of rooms allows', () => {
  const paths = globSync('**/*.ts', { cwd: root })
  const sources = paths.map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(root, path), 'utf8'),
  }))
  expect(sources.length).toBeGreaterThan(50)
  expect(violations(sources)).toEqual([])
})

const sample = (path: string, text: string) => violations([{ path, text }])

test.each([
  [
    'analysis/x.ts',
    "import { a } from '../stats/a.ts'; import type { B } from './b.ts'; export * from './c.ts'",
  ],
  [
    'analysis/x.ts',
    "import { mean } from 'simple-statistics'; const at = new Date(0); const d = Date.parse('x')",
  ],
  ['analysis/x.ts', "const text = `import '../http/x.ts' ${1}` // import '../http/x.ts' Date.now()"],
  ['analysis/x.ts', 'const o = { process: 1, performance: 2 }; const n = o.process + o.performance'],
  ['config.ts', 'export const read = (env = process.env) => env'],
  ['app/x.ts', "import { a } from '../storage/a.ts'; const b = await import('../config.ts')"],
  ['storage/x.ts', "import pg from 'pg'; import type { DatabaseSync } from 'node:sqlite'"],
])('violations() of %s is empty for %s', (path, text) => {
  expect(sample(path, text)).toEqual([])
})

test.each([
  ['stats/x.ts', "import { a } from '../analysis/a.ts'", 'imports ../analysis/a.ts'],
  ['analysis/x.ts', "import type { A } from '../ports.ts'", 'imports ../ports.ts'],
  ['analysis/x.ts', "export { a } from '../http/a.ts'", 'imports ../http/a.ts'],
  ['analysis/x.ts', "export * from '../http/a.ts'", 'imports ../http/a.ts'],
  ['analysis/x.ts', "const a = await import('../http/a.ts')", 'imports ../http/a.ts'],
  ['analysis/x.ts', 'const a = await import(name)', 'imports (computed)'],
  ['analysis/x.ts', "type A = import('../http/a.ts').A", 'imports ../http/a.ts'],
  ['analysis/x.ts', "import { b } from './../analysis/../http/b.ts'", 'imports ./../analysis/../http/b.ts'],
  ['analysis/x.ts', "import { z } from 'zod'", 'imports zod'],
  ['analysis/x.ts', "import 'node:fs'", 'imports node:fs'],
  ['stats/x.ts', "const fs = require('fs')", 'imports fs'],
  ['stats/x.ts', 'const a = Date.now()', 'uses Date.now'],
  ['stats/x.ts', "const a = Date['now']()", 'uses Date.now'],
  ['stats/x.ts', 'const a = Math[name]()', 'uses Math.(computed)'],
  ['stats/x.ts', 'const a = new Date()', 'uses new Date()'],
  ['stats/x.ts', 'const a = Date()', 'uses new Date()'],
  ['analysis/x.ts', 'const a = Math.random()', 'uses Math.random'],
  ['analysis/x.ts', 'const { random } = Math', 'uses a part of Math'],
  ['analysis/x.ts', 'const t = performance.now()', 'uses performance'],
  ['http/x.ts', "import { a } from '../config.ts'", 'imports ../config.ts'],
  ['http/x.ts', "import { a } from '../storage/a.ts'", 'imports ../storage/a.ts'],
  ['storage/x.ts', "import { a } from '../http/a.ts'", 'imports ../http/a.ts'],
  ['prometheus/x.ts', "import { a } from '../storage/a.ts'", 'imports ../storage/a.ts'],
  ['http/x.ts', "import { Pool } from 'pg'", 'imports pg'],
  ['judge.ts', "import type { Request } from 'express'", 'imports express'],
  ['http/x.ts', 'const a = process.env.PORT', 'reads process.env'],
  ['http/x.ts', 'const { env } = process', 'reads process.env'],
  ['http/x.ts', "const a = process['env']", 'reads process.env'],
  ['http/x.ts', "import { env } from 'node:process'", 'reads process.env'],
  ['http/x.ts', 'const a = globalThis.process.env', 'reads process.env'],
  ['config/x.ts', 'const a = process.env', 'reads process.env'],
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
