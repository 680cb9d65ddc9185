import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dockerStages, healthCheck, valuesOf } from './dockerfile.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const stages = dockerStages()
const image = stages.at(-1)

test('the Dockerfile names one base image, which can be pinned from outside', () => {
  expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toMatch(
    /^ARG NODE_IMAGE=node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/m,
  )
  expect(stages.flatMap((stage) => valuesOf(stage, 'FROM')).map((from) => from.split(' ')[0])).toEqual(
    stages.map(() => '${NODE_IMAGE}'),
  )
})

test('the image runs node as PID 1, not as root, and stops at SIGTERM', () => {
  expect(valuesOf(image, 'USER')).toEqual(['1000:0'])
  // Not a shell and not npm, because they do not pass signals on.
  expect([valuesOf(image, 'ENTRYPOINT'), valuesOf(image, 'CMD')]).toEqual([
    ['["node"]'],
    ['["--max-semi-space-size=16", "--heap-growing-percent=50", "dist/main.js"]'],
  ])
})

test('npm start gives Node the flags that the image gives it', () => {
  const { scripts }: { readonly scripts: { readonly start: string } } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const command: readonly string[] = JSON.parse(valuesOf(image, 'CMD')[0] ?? '[]')
  expect(scripts.start).toBe(['node', ...command].join(' '))
})

test('the image has only packages that production needs', () => {
  const installs = stages.map((stage) => valuesOf(stage, 'RUN').filter((run) => run.includes('npm ci')))
  expect(installs.flat()).toEqual([
    'npm ci --no-audit --no-fund',
    'npm ci --omit=dev --omit=optional --no-audit --no-fund',
  ])
  const copied = valuesOf(image, 'COPY').filter((rest) => rest.startsWith('--from='))
  expect(copied).toEqual(['--from=packages /app/node_modules node_modules', '--from=build /app/dist dist'])
})

test('the image has the command line on the path, and can execute it', () => {
  const { bin }: { readonly bin: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const [[name, file] = []] = Object.entries(bin)
  expect(valuesOf(image, 'RUN')).toContain(`chmod 755 ${file} && ln -s /app/${file} /usr/local/bin/${name}`)
  expect(readFileSync(join(root, 'src/cli.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('the health check of the image needs nothing but node, and does not start one again and again', () => {
  expect(healthCheck(image)[0]).toBe('node')
  expect(valuesOf(image, 'HEALTHCHECK')[0]).toContain('--interval=5m')
})

test('the image ends up without npm and without a shell, and nothing is run by a shell after that', () => {
  const runs = valuesOf(image, 'RUN')
  const last: readonly string[] = JSON.parse(runs.at(-1) ?? '[]')
  expect(last.slice(0, 2)).toEqual(['node', '-e'])
  for (const path of ['/usr/local/lib/node_modules', '/bin/sh', '/bin/bash', '/usr/bin/apt']) {
    expect(last[2]).toContain(`'${path}'`)
  }
})

test('the image does not listen to others without tokens', () => {
  expect(valuesOf(image, 'ENV')[0]).toContain('HOST=0.0.0.0')
})

test('what the Dockerfile copies exists, and .dockerignore lets it through and nothing else', () => {
  const ignore = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const copied = stages
    .flatMap((stage) => valuesOf(stage, 'COPY'))
    .filter((rest) => !rest.startsWith('--'))
    .flatMap((rest) => rest.split(' ').slice(0, -1))
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  expect(ignore[0]).toBe('*')
  expect(new Set(ignore.slice(1))).toEqual(new Set(copied.map((path) => `!${path}`)))
})

test('the image holds the bundled policies exactly when there are any', () => {
  const copied = valuesOf(image, 'COPY').some((rest) => rest.split(' ').includes('policies'))
  expect(copied).toBe(existsSync(join(root, 'policies')))
})
