import type { Json } from './objects.ts'

const resource = (name: string, kind: string, more: Json = []): Json => [
  {
    name,
    singularName: kind.toLowerCase(),
    namespaced: true,
    kind,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  },
  ...[more].flat(),
]

const scale = {
  name: 'deployments/scale',
  singularName: '',
  namespaced: true,
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  verbs: ['get', 'patch', 'update'],
}

const group = (name: string): Json => ({
  name,
  versions: [{ groupVersion: `${name}/v1`, version: 'v1' }],
  preferredVersion: { groupVersion: `${name}/v1`, version: 'v1' },
})

const resources = (groupVersion: string, list: Json): Json => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: list,
})

const answers: Readonly<Record<string, Json>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group('apps'), group('networking.k8s.io')] },
  '/api/v1': resources('v1', resource('services', 'Service')),
  '/apis/apps/v1': resources('apps/v1', resource('deployments', 'Deployment', scale)),
  '/apis/networking.k8s.io/v1': resources('networking.k8s.io/v1', resource('ingresses', 'Ingress')),
  '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
}

/** What kubectl asks first: which resources there are. */
export const discovery = (path: string): Json | undefined => answers[path]
