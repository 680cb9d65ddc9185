import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchFiles } from '../../../src/app/reload/watch-files.ts'
import { silentLog } from '../../contract/rows.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-watch-'))
})
afterEach(() => rm(folder, { recursive: true }))

const watching = async (paths: readonly string[], everyMs = 3_600_000) => {
  let changed = Promise.withResolvers<'changed'>()
  const watch = await watchFiles({
    paths: paths.map((path) => join(folder, path)),
    everyMs,
    log: silentLog,
    onChange: async () => changed.resolve('changed'),
  })
  return {
    watch,
    next: async () => {
      const answer = await changed.promise
      changed = Promise.withResolvers()
      return answer
    },
  }
}

test('watchFiles() reports a file that is written, by the file system alone', async () => {
  await writeFile(join(folder, 'a'), '1')
  const { watch, next } = await watching(['a'])
  await writeFile(join(folder, 'a'), '2')
  expect(await next()).toBe('changed')
  await writeFile(join(folder, 'new'), '3')
  await rename(join(folder, 'new'), join(folder, 'a'))
  expect(await next()).toBe('changed')
  await watch.close()
})

test('watchFiles() reports the swap of a ConfigMap, by the file system alone', async () => {
  for (const name of ['..v1', '..v2']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'a'), name)
  }
  await symlink('..v1', join(folder, '..data'))
  await symlink('..data/a', join(folder, 'a'))
  const { watch, next } = await watching(['a'])
  await symlink('..v2', join(folder, '..tmp'))
  await rename(join(folder, '..tmp'), join(folder, '..data'))
  expect(await next()).toBe('changed')
  await watch.close()
})

test('watchFiles() finds by looking what the file system does not report', async () => {
  const { watch, next } = await watching(['not/there/yet'], 20)
  await mkdir(join(folder, 'not/there'), { recursive: true })
  await writeFile(join(folder, 'not/there/yet'), '1')
  expect(await next()).toBe('changed')
  await watch.close()
})

test('check() after close() reports nothing, and a failing onChange does not stop the watch', async () => {
  let calls = 0
  const watch = await watchFiles({
    paths: [join(folder, 'a')],
    everyMs: 3_600_000,
    log: silentLog,
    onChange: async () => {
      calls += 1
      throw new Error('no')
    },
  })
  for (const text of ['1', '2', '2']) {
    await writeFile(join(folder, 'a'), text)
    await watch.check()
  }
  expect(calls).toBe(2)
  await watch.close()
  await writeFile(join(folder, 'a'), '3')
  await watch.check()
  expect(calls).toBe(2)
})

test('watchFiles() waits for no pipe and reads nothing larger than a policy can be', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
  await writeFile(join(folder, 'large.yaml'), '')
  await truncate(join(folder, 'large.yaml'), 8 * 1024 ** 3)
  await writeFile(join(folder, 'web.yaml'), '1')
  const { watch, next } = await watching(['.'])
  await writeFile(join(folder, 'web.yaml'), '2')
  expect(await next()).toBe('changed')
  await watch.close()
})
