import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { discovery } from './discovery.ts'
import { availableOf, newWorkload, type Rules, tick, type Workload } from './deployment-controller.ts'
import { at, type Fields, fieldsOf, type Json, mergePatch, numberOf, textOf } from './objects.ts'

export interface ApiServer {
  readonly url: string
  /** The name of the namespace; empty when it was deleted. */
  namespace(): string
  /** Adds an object in the state of an old object. */
  seed(object: Fields): void
  get(kind: string, name: string): Fields | undefined
  /** The fewest pods of an app that were ready at one moment. */
  lowest(app: string): number
  close(): Promise<void>
}

const kinds: Readonly<Record<string, { kind: string; apiVersion: string }>> = {
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1' },
  ingresses: { kind: 'Ingress', apiVersion: 'networking.k8s.io/v1' },
  services: { kind: 'Service', apiVersion: 'v1' },
}

const path =
  /^\/apis?(?:\/[a-z.0-9]+)?\/v1\/namespaces\/([a-z0-9-]+)\/([a-z]+)(?:\/([a-z0-9-]+))?(?:\/(scale))?$/
const namespacePath = /^\/api\/v1\/namespaces(?:\/([a-z0-9-]+))?$/

/**
 * A stand-in for the Kubernetes API that kubectl calls, on a real socket. It has one namespace at a time, at first `shop`.
 * Time passes when a Deployment is read: pods that it requests are ready at the next read.
 */
export async function startApiServer(rules: Rules): Promise<ApiServer> {
  const objects = new Map<string, Fields>()
  const workloads = new Map<string, Workload>()
  const lowest = new Map<string, number>()
  let version = 100
  let namespace = 'shop'

  const put = (key: string, object: Fields): Fields => {
    version += 1
    const old = objects.get(key)
    const isChanged = JSON.stringify(old?.['spec']) !== JSON.stringify(object['spec'])
    const generation = numberOf(at(old, 'metadata', 'generation'), 0) + (isChanged ? 1 : 0)
    const identity = old === undefined ? { uid: `uid-${version}` } : { uid: at(old, 'metadata', 'uid') }
    const metadata = {
      ...fieldsOf(object['metadata']),
      ...identity,
      namespace,
      creationTimestamp: '2026-11-28T10:00:00Z',
      generation,
      resourceVersion: String(version),
    }
    const kept = { ...object, metadata }
    objects.set(key, kept)
    return kept
  }

  const pass = (): void => {
    const sums = new Map<string, number>()
    for (const [key, deployment] of objects) {
      if (!key.startsWith('deployments/')) continue
      const workload = workloads.get(key) ?? newWorkload()
      workloads.set(key, workload)
      const status = tick(workload, deployment, rules)
      if (JSON.stringify(status) !== JSON.stringify(deployment['status'])) put(key, { ...deployment, status })
      const app = textOf(at(deployment, 'spec', 'template', 'metadata', 'labels', 'app'))
      sums.set(app, (sums.get(app) ?? 0) + availableOf(workload))
    }
    for (const [app, sum] of sums) lowest.set(app, Math.min(lowest.get(app) ?? sum, sum))
  }

  const api: ApiServer = {
    url: '',
    namespace: () => namespace,
    seed(object) {
      const plural = Object.keys(kinds).find((each) => kinds[each]?.kind === object['kind']) ?? ''
      put(`${plural}/${textOf(at(object, 'metadata', 'name'))}`, object)
      pass()
      pass()
      lowest.clear()
    },
    get: (plural, name) => objects.get(`${plural}/${name}`),
    lowest: (app) => lowest.get(app) ?? Number.NaN,
    close: () => Promise.resolve(),
  }

  function answer(request: IncomingMessage, body: string): [status: number, json: Json] {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const described = discovery(pathname)
    if (described !== undefined) return [200, described]
    if (namespacePath.test(pathname)) return answerNamespace(request.method ?? '', body)
    const [, its, plural = '', name, sub] = path.exec(pathname) ?? []
    const kind = kinds[plural]
    if (kind === undefined || its !== namespace)
      return problem(404, 'NotFound', `the server could not find ${pathname}`)
    if (request.method === 'GET') {
      pass()
      if (name === undefined) return [200, list(plural, searchParams)]
      const found = objects.get(`${plural}/${name}`)
      if (found === undefined) return problem(404, 'NotFound', `${plural} "${name}" not found`)
      return [200, sub === 'scale' ? scaleOf(found) : found]
    }
    const written: Json = JSON.parse(body)
    const key = `${plural}/${name ?? textOf(at(written, 'metadata', 'name'))}`
    return change(request, key, sub, kind, written)
  }

  function answerNamespace(method: string, body: string): [status: number, json: Json] {
    if (method === 'POST') namespace = textOf(at(JSON.parse(body), 'metadata', 'name'))
    const found = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: namespace } }
    if (method === 'DELETE') namespace = ''
    return [method === 'POST' ? 201 : 200, found]
  }

  function change(
    { method, headers }: IncomingMessage,
    key: string,
    sub: string | undefined,
    kind: Fields,
    written: Json,
  ): [status: number, json: Json] {
    const old = objects.get(key)
    if (method === 'POST') {
      if (old !== undefined) return problem(409, 'AlreadyExists', `${key} already exists`)
      return [201, put(key, { ...kind, ...fieldsOf(written) })]
    }
    if (old === undefined) return problem(404, 'NotFound', `${key} not found`)
    const wanted = textOf(at(written, 'metadata', 'resourceVersion'))
    if (wanted !== '' && wanted !== at(old, 'metadata', 'resourceVersion'))
      return problem(409, 'Conflict', `Operation cannot be fulfilled on ${key}: the object has been modified`)
    if (sub === 'scale') {
      // kubectl leaves out a field that is zero.
      const spec = { ...fieldsOf(old['spec']), replicas: numberOf(at(written, 'spec', 'replicas'), 0) }
      return [200, scaleOf(put(key, { ...old, spec }))]
    }
    if (method === 'PATCH') {
      const isStrategic = headers['content-type'] === 'application/strategic-merge-patch+json'
      return [200, put(key, fieldsOf(mergePatch(old, written, isStrategic)))]
    }
    const isOther =
      JSON.stringify(at(old, 'spec', 'selector')) !== JSON.stringify(at(written, 'spec', 'selector'))
    if (isOther) return problem(422, 'Invalid', `${key}: spec.selector: field is immutable`)
    return [200, put(key, { ...kind, ...fieldsOf(written), status: old['status'] })]
  }

  function list(plural: string, query: URLSearchParams): Json {
    const named = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '')?.[1]
    const items = [...objects].flatMap(([key, each]) =>
      key.startsWith(`${plural}/`) && (named === undefined || key === `${plural}/${named}`) ? [each] : [],
    )
    const { kind, apiVersion } = kinds[plural] ?? { kind: '', apiVersion: '' }
    return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: String(version) }, items }
  }

  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const [, , plural = ''] = path.exec(pathname) ?? []
    response.writeHead(200, { 'Content-Type': 'application/json' })
    const timer = setInterval(() => {
      pass()
      for (const object of [at(list(plural, searchParams), 'items')].flat())
        response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`)
    }, 20)
    response.on('close', () => clearInterval(timer))
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.startsWith('/openapi/v2') === true) {
      // An older kubectl reads the schemas as Protocol Buffers; it does not check a kind without a schema.
      response.writeHead(200, {
        'Content-Type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      })
      response.end('\n\x032.0')
      return
    }
    const [status, json] = answer(request, await text(request))
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(json))
  }

  const server = createServer((request, response) => {
    if (request.method === 'GET' && /[?&]watch=(true|1)/.test(request.url ?? ''))
      return watch(request, response)
    void respond(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  })
}

const problem = (code: number, reason: string, message: string): [number, Json] => [
  code,
  { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
]

const scaleOf = (deployment: Fields): Json => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: deployment['metadata'],
  spec: { replicas: at(deployment, 'spec', 'replicas') },
  status: { replicas: numberOf(at(deployment, 'status', 'replicas'), 0) },
})
