import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KubernetesObject } from '../../support/mistakes/kubernetes-mistakes.ts'

export interface ApiServer {
  readonly url: string
  /** Keeps a Secret, as an installation does. */
  keep(secret: KubernetesObject): void
  close(): void
}

const resource = (name: string, kind: string) => ({
  name,
  singularName: kind.toLowerCase(),
  namespaced: true,
  kind,
  verbs: ['get', 'list'],
})

const found: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '33', gitVersion: 'v1.33.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] }],
  },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      resource('secrets', 'Secret'),
      resource('configmaps', 'ConfigMap'),
      resource('services', 'Service'),
      resource('serviceaccounts', 'ServiceAccount'),
      resource('persistentvolumeclaims', 'PersistentVolumeClaim'),
      resource('pods', 'Pod'),
    ],
  },
  '/apis/apps/v1': {
    kind: 'APIResourceList',
    groupVersion: 'apps/v1',
    resources: [resource('deployments', 'Deployment')],
  },
}

/** The part of an API server that helm needs for a dry run: discovery, and the Secrets that `lookup` reads. */
export async function startApiServer(): Promise<ApiServer> {
  const secrets = new Map<string, KubernetesObject>()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://api').pathname
    const answer = found[path] ?? secrets.get(path)
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? missing))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    keep: (secret) => {
      secrets.set(`/api/v1/namespaces/${secret.metadata.namespace}/secrets/${secret.metadata.name}`, secret)
    },
    close: () => void server.close(),
  }
}
