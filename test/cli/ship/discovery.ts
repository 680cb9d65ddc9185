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

const namespaces = {
  name: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  verbs: ['create', 'delete', 'get'],
}

const groupOf = (name: string): Json => ({
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

/** Says that the server itself finds unknown fields, so that kubectl does not look for them. */
const openApi = (group: string, kind: string): Json => ({
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: 'v1.32.0' },
  paths: {
    [`/apis/${group}/v1/namespaces/{namespace}/${kind.toLowerCase()}s/{name}`]: {
      patch: {
        parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
        responses: {},
        'x-kubernetes-group-version-kind': { group, version: 'v1', kind },
      },
    },
  },
})

const answers: Readonly<Record<string, Json>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [groupOf('apps'), groupOf('networking.k8s.io')],
  },
  '/api/v1': resources('v1', resource('services', 'Service', namespaces)),
  '/apis/apps/v1': resources('apps/v1', resource('deployments', 'Deployment', scale)),
  '/apis/networking.k8s.io/v1': resources('networking.k8s.io/v1', resource('ingresses', 'Ingress')),
  '/openapi/v3': { paths: { 'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1' } } },
  '/openapi/v3/apis/apps/v1': openApi('apps', 'Deployment'),
  '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
}

/** The answers to the first requests of kubectl, which ask for the resources. */
export const discovery = (path: string): Json | undefined => answers[path]
