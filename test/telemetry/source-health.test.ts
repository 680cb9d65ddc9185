import { expect, test } from 'vitest'
import { createHealth } from '../../src/telemetry/health.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { createSourceHealth } from '../../src/telemetry/source-health.ts'

function create(names: readonly string[]) {
  const clock = { ms: Date.parse('2026-11-20T10:00:00Z'), now: (): number => clock.ms }
  const metrics = createMetrics('1')
  const health = createHealth(clock, metrics)
  const configured = { names }
  const sources = createSourceHealth({ health, names: () => configured.names })
  const partUp = async () =>
    (await metrics.partUp.get()).values.map(({ labels, value }) => [labels.part, value])
  return { clock, health, configured, sources, partUp }
}

test('queried() degrades a source that is down, and says since when until it answers again', async () => {
  const { clock, health, sources, partUp } = create(['default'])
  sources.queried('default', 'ok')
  expect(health.parts()['source default']?.status).toBe('ok')
  clock.ms += 60_000
  sources.queried('default', 'source-down')
  clock.ms += 60_000
  sources.queried('default', 'source-timeout')
  expect(health.parts()).toEqual({
    'source default': {
      status: 'degraded',
      reason: 'the latest query ended with source-timeout, see the log',
      since: '2026-11-20T10:01:00.000Z',
    },
  })
  expect(await partUp()).toEqual([['source default', 0]])
  sources.queried('default', 'ok')
  expect(await partUp()).toEqual([['source default', 1]])
})

test.each(['source-too-large', 'source-partial'])(
  'queried() leaves a source well that ended with %s',
  (result) => {
    const { health, sources } = create(['default'])
    sources.queried('default', result)
    expect(health.parts()['source default']?.status).toBe('ok')
  },
)

test('queried() forgets a source that is configured no more', async () => {
  const { configured, health, sources, partUp } = create(['default', 'eu'])
  sources.queried('eu', 'source-down')
  configured.names = ['default']
  sources.queried('default', 'ok')
  expect(Object.keys(health.parts())).toEqual(['source default'])
  expect(await partUp()).toEqual([['source default', 1]])
})

test('a source without queries is forgotten after fifteen minutes, when health is read', async () => {
  const { clock, health, sources, partUp } = create(['default'])
  health.degraded('policies', 'the changed files are invalid')
  sources.queried('default', 'source-down')
  clock.ms += 15 * 60_000
  health.forgetStale()
  expect(Object.keys(health.parts())).toEqual(['policies', 'source default'])
  clock.ms += 1
  health.forgetStale()
  expect(Object.keys(health.parts())).toEqual(['policies'])
  expect(await partUp()).toEqual([['policies', 0]])
})
