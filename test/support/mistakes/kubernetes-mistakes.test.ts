import { expect, test } from 'vitest'
import { kubernetesMistakes } from './kubernetes-mistakes.ts'

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
}

test('kubernetesMistakes() finds nothing in a good object', async () => {
  expect(await kubernetesMistakes(service)).toEqual([])
})

test('kubernetesMistakes() names fields that the schema does not know, at any depth', async () => {
  const spec = { ...service.spec, prots: [], ports: [{ ...service.spec.ports[0], nodeport: 1 }] }
  const mistaken = { ...service, metadata: { ...service.metadata, lables: {} }, spec, status: {}, extra: 1 }
  expect(await kubernetesMistakes(mistaken)).toEqual([
    'unknown field metadata.lables',
    'unknown field spec.ports.0.nodeport',
    'unknown field spec.prots',
    'unknown field extra',
  ])
})

test('kubernetesMistakes() names wrong types, missing fields and kinds without a schema', async () => {
  const wrong = { ...service, spec: { ports: [{ port: '80' }] } }
  expect((await kubernetesMistakes(wrong)).join()).toContain('port must be integer')
  const missing = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: {} }
  expect((await kubernetesMistakes(missing)).join()).toContain('must have required property selector')
  const unknown = { ...service, kind: 'Sevrice' }
  expect(await kubernetesMistakes(unknown)).toEqual(['no schema for v1 Sevrice'])
})

test.each([
  ['monitoring.coreos.com/v1', 'ServiceMonitor', { selector: {}, endpoints: [{ prot: 'http' }] }],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute', { parentRefs: [{ name: 'public', prot: 'http' }] }],
  [
    'argoproj.io/v1alpha1',
    'AnalysisTemplate',
    { metrics: [{ name: 'a', provider: { web: { url: 'http://x', prot: 1 } } }] },
  ],
])('kubernetesMistakes() knows %s %s', async (apiVersion, kind, spec) => {
  const mistakes = await kubernetesMistakes({ apiVersion, kind, metadata: { name: 'web' }, spec })
  expect(mistakes).toEqual([expect.stringMatching(/^unknown field spec\..*\.prot$/)])
})
