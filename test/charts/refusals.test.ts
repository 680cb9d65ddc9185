import { describe, expect, test } from 'vitest'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { renderChart } from './parts/helm.ts'

const postgres = { kind: 'postgres', postgres: { existingSecret: 'judge-db-app' } }
const halfTls = { existingSecret: 'a', tls: { existingSecret: 'b', cert: 'tls.crt' } }

describe.skipIf(goToolMissing('helm') !== undefined)('helm template refuses', () => {
  test.each([
    [
      'two replicas on SQLite',
      { replicaCount: 2 },
      'replicaCount: expected 1 with database.kind sqlite, got 2: replicas on SQLite have a file each, so they would not share runs and decisions; use database.kind postgres',
    ],
    [
      'an autoscaler on SQLite',
      { autoscaling: { enabled: true } },
      'autoscaling.enabled: expected database.kind postgres, got sqlite',
    ],
    [
      'PostgreSQL without an address',
      { database: { kind: 'postgres' } },
      'database.postgres.existingSecret: expected the name of a Secret with the address of the database, got nothing',
    ],
    [
      'a certificate without its key',
      { database: { kind: 'postgres', postgres: halfTls } },
      'database.postgres.tls: expected cert and key together, got one of them',
    ],
    [
      'an autoscaler with more at least than at most',
      { database: postgres, autoscaling: { enabled: true, minReplicas: 4, maxReplicas: 3 } },
      'autoscaling.minReplicas: expected at most autoscaling.maxReplicas (3), got 4',
    ],
    [
      'both monitors',
      { metrics: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } },
      'metrics: expected a serviceMonitor or a podMonitor, got both',
    ],
    [
      'a service without tokens',
      { tokens: { entries: { judge: null, read: null, decide: null } } },
      'tokens.entries: expected at least one token, got none',
    ],
    [
      'the same token twice',
      { config: { tokens: [{ name: 'judge', roles: ['judge'], file: '/x' }] } },
      'config.tokens: expected each name once, got "judge" in tokens.entries too',
    ],
    [
      'policies in two places',
      { config: { policies: { directory: '/x' } }, policies: { web: 'name: web' } },
      'policies: expected policies or config.policies.directory, got both',
    ],
    ['a route without a gateway', { httpRoute: { enabled: true } }, 'httpRoute.parentRefs: expected a gateway'],
    [
      'a chat without an address',
      { flagger: { alertProvider: { enabled: true } } },
      'flagger.alertProvider.secretName: expected the name of a Secret',
    ],
  ])('%s, and says why', async (_, values, message) => {
    await expect(renderChart({ values })).rejects.toThrow(message)
  })

  test.each([
    ['a mistyped key', { replicacount: 2 }, "additional properties 'replicacount' not allowed"],
    ['a mistyped key in a section', { image: { tga: '1' } }, "at '/image': additional properties 'tga' not"],
    ['a mistyped key of the configuration', { config: { limits: { loks: 1 } } }, "'loks' not allowed"],
    ['what the chart itself sets', { config: { port: 80 } }, "'port' not allowed"],
    ['a mistyped key of a policy', { policies: { web: { metrics: [], hsitory: '2h' } } }, "'hsitory' not"],
    ['a wrong type', { replicaCount: 'two' }, "at '/replicaCount': got string, want integer"],
    ['an unknown word', { database: { kind: 'mysql' } }, "at '/database/kind': value must be one of"],
    ['a digest that is none', { image: { digest: 'latest' } }, "at '/image/digest'"],
    ['an unknown role', { tokens: { entries: { ann: { roles: ['admin'] } } } }, "at '/tokens/entries/ann/roles"],
  ])('%s, by its schema', async (_, values, message) => {
    await expect(renderChart({ values })).rejects.toThrow(message)
  })

  test('nothing of what a chart that depends on this one hands down', async () => {
    const objects = await renderChart({ values: { global: { region: 'eu' } } })
    expect(objects.length).toBeGreaterThan(3)
  })
})
