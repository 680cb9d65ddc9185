import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRun } from '../contract/rows.ts'
import { buildApp } from '../support/service/build-app.ts'
import { runMain } from '../support/service/run-main.ts'
import { sourceFacts } from '../support/source-facts.ts'
import { dockerStages, healthCheck } from './dockerfile.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const image = dockerStages().at(-1)

let app = ''
beforeAll(async () => {
  app = await buildApp()
}, 120_000)
afterAll(() => rm(app, { recursive: true }))

test('node dist/main.js serves, is healthy by the check of the image, keeps its store, and stops at SIGTERM', async () => {
  await mkdir(join(app, 'data'))
  const store = join(app, 'data', 'canary-judge.db')
  await using main = await runMain({ DATABASE_URL: `sqlite:${store}` }, join(app, 'dist/main.js'))
  const port = String((await main.line('ready'))['port'])
  const answers = await Promise.all(
    ['/readyz', '/metrics', '/openapi.json', '/docs', '/docs/swagger-ui-bundle.js'].map((path) =>
      fetch(`http://127.0.0.1:${port}${path}`),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(await checkHealth(port)).toBe(0)
  main.child.kill('SIGTERM')
  expect(await main.ended).toEqual({ code: 0, signal: null })
  expect(await checkHealth(port)).toBe(1)
  expect(await readdir(join(app, 'data'))).toContain('canary-judge.db')
})

async function checkHealth(port: string): Promise<unknown> {
  const [, ...args] = healthCheck(image)
  return run(process.execPath, args, { env: { PORT: port } }).then(
    () => 0,
    (error: { readonly code: unknown }) => error.code,
  )
}

test('node dist/cli.js runs', async () => {
  const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const { stdout } = await run(process.execPath, [join(app, 'dist/cli.js'), '--version'])
  expect(stdout.trim()).toBe(version)
  const recording = await readFile(join(root, 'test/fixtures/recordings/errors-x10.json'), 'utf8')
  const replay = run(process.execPath, [
    join(app, 'dist/cli.js'),
    'replay',
    '--policy',
    join(root, 'test/cli/golden/policy.yaml'),
  ])
  replay.child.stdin?.end(`${JSON.stringify(JSON.parse(recording))}\n`)
  expect(JSON.parse((await replay).stdout)).toMatchObject({ id: 'errors-x10', final: 'fail' })
})

test('openStore() from dist finds its worker, keeps rows, and lets the process end without being closed', async () => {
  const script = join(app, 'try.js')
  const log = `{ debug() {}, info() {}, warn() {}, error() {} }`
  await writeFile(
    script,
    `import { openStore } from './dist/store/open-store.js'
     const store = await openStore({ url: 'sqlite:${join(app, 'compiled.db')}', clock: Date, log: ${log} })
     await store.openRun(${JSON.stringify(aRun({ id: 'compiled' }))})
     console.log((await store.getRun('compiled')).id)`,
  )
  const { stdout } = await run(process.execPath, ['--no-strip-types', script])
  expect(stdout).toBe('compiled\n')
})

test('dist imports only packages that the image installs', async () => {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  )
  const files = await readdir(join(app, 'dist'), { recursive: true })
  const used = new Set<string>()
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = await readFile(join(app, 'dist', file), 'utf8')
    for (const name of sourceFacts(text).imports.filter((specifier) => !/^[.(]/.test(specifier))) {
      used.add(/^(@[^/]+\/[^/]+|[^/]+)/.exec(name)?.[0] ?? name)
    }
  }
  expect(used).toContain('express')
  const missing = [...used].filter((name) => !isBuiltin(name) && !(name in dependencies))
  expect(missing).toEqual([])
})
