import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './markdown.ts'

const run = promisify(execFile)

/** A folder in which the packed tarball is installed as npm does, together with the packages of this repository. */
let folder = ''
let installed = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-package-'))
  const source = join(folder, 'source')
  for (const path of ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', '.npmrc'])
    await cp(join(root, path), join(source, path))
  for (const path of ['src', 'policies', 'schemas', 'tsconfig.json', 'tsconfig.build.json'])
    await cp(join(root, path), join(source, path), { recursive: true })
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'))
  await run('npm', ['run', 'build'], { cwd: source })
  await run('npm', ['pack', '--pack-destination', folder], { cwd: source })
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? ''
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder])
  const modules = join(folder, 'user', 'node_modules')
  installed = join(modules, 'canary-judge')
  await mkdir(join(modules, '.bin'), { recursive: true })
  await cp(join(folder, 'package'), installed, { recursive: true })
  await symlink(join(root, 'node_modules'), join(installed, 'node_modules'))
  await chmod(join(installed, 'dist/cli.js'), 0o755)
  await symlink('../canary-judge/dist/cli.js', join(modules, '.bin', 'canary-judge'))
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the package can be published, and holds the service and no sources, tests or data', async () => {
  const manifest: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  expect(manifest).not.toHaveProperty('private')
  const entries = (await readdir(installed)).filter((name) => name !== 'node_modules')
  const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'policies', 'schemas']
  expect(entries.toSorted((a, b) => a.localeCompare(b))).toEqual(
    expected.toSorted((a, b) => a.localeCompare(b)),
  )
})

test('npx canary-judge demo answers from the packed tarball, and ends at SIGINT', async () => {
  const demo = spawn('npx', ['--offline', 'canary-judge', 'demo'], {
    cwd: join(folder, 'user'),
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // npx does not pass signals on. A terminal sends SIGINT to the whole group, and so does this test.
    detached: true,
  })
  // This happens after the last process of the group that has the output open.
  const ended = once(demo, 'close')
  let url: string | undefined
  for await (const line of createInterface({ input: demo.stdout })) {
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (url !== undefined) break
  }
  const answer = await fetch(`${url}/readyz`)
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ status: 'ready' })])
  demo.stdout.resume()
  process.kill(-Number(demo.pid), 'SIGINT')
  await ended
  await expect(fetch(`${url}/readyz`)).rejects.toThrow('fetch failed')
})
