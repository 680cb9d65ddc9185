import { expect, test } from 'vitest'
import { createReloadableSource } from '../../src/app/reloadable-source.ts'
import { readConfig } from '../../src/app/config/config.ts'
import { createSecret } from '../../src/app/config/secret.ts'
import { silentLog } from '../contract/rows.ts'

const { config } = await readConfig({ PROMETHEUS_URL: 'http://127.0.0.1:9' })
const withKey = (key: string) => ({
  ...config,
  sources: {
    default: { url: 'http://127.0.0.1:9', headers: { 'X-Key': createSecret(key) }, timeoutMs: 100 },
  },
})
const setUp = () => {
  const world = { config }
  const holder = createReloadableSource({
    current: () => world.config,
    clock: { now: () => 0 },
    log: silentLog,
    telemetry: { query: () => undefined },
    closeAfterMs: 1,
  })
  return { world, holder }
}

test('source() stays the same as long as the configuration of the sources does', async () => {
  const { world, holder } = setUp()
  const first = holder.source()
  expect(first).toBeDefined()
  world.config = { ...config, logLevel: 'debug' }
  expect(holder.source()).toBe(first)
  world.config = { ...config, sources: { ...config.sources } }
  expect(holder.source()).toBe(first)
  await holder.close()
})

test('source() is another when a secret has changed, and none when there are no sources', async () => {
  const { world, holder } = setUp()
  world.config = withKey('a')
  const first = holder.source()
  world.config = withKey('b')
  const second = holder.source()
  expect(second).toBeDefined()
  expect(second).not.toBe(first)
  world.config = { ...config, sources: {} }
  expect(holder.source()).toBeUndefined()
  expect(holder.source()).toBeUndefined()
  await holder.close()
})
