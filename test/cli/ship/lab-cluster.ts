import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { kubectlMissing, realClusterMissing } from '../../support/parts/tools.ts'
import { startApiServer } from './api-server.ts'
import { type Fields, textOf, at } from './objects.ts'
import { images, type Images } from './seeds.ts'

const run = promisify(execFile)

/** The cluster for test releases: a namespace that kubectl reaches with this environment. */
export interface LabCluster {
  readonly namespace: string
  readonly images: Images
  readonly env: Readonly<Record<string, string>>
  /** Makes an object, and waits until its state is that of an old object. */
  seed(object: Fields): Promise<void>
  /** The fewest pods of an app that were ready at one moment since the last seed. */
  lowest(app: string): number
  close(): Promise<void>
}

export interface ClusterKind {
  readonly name: string
  /** Why the tests of this cluster are skipped; undefined when they can run. */
  readonly missing: string | undefined
  readonly open: () => Promise<LabCluster>
}

export const clusterKinds: readonly ClusterKind[] = [
  { name: 'a stand-in of the API', missing: kubectlMissing(), open: openStandIn },
  {
    name: 'a real API server',
    missing: kubectlMissing() ?? realClusterMissing(),
    open: () => openNamespace(process.env['TEST_KUBECONFIG'] ?? '', realImages()),
  },
]

export async function openStandIn(): Promise<LabCluster> {
  const api = await startStandIn()
  const folder = await createFolder(api.url)
  return {
    namespace: 'shop',
    images,
    env: envOf(folder),
    seed: (object) => Promise.resolve(api.seed(object)),
    lowest: (app) => api.lowest(app),
    async close() {
      await Promise.all([api.close(), rm(folder, { recursive: true })])
    },
  }
}

export const startStandIn = () =>
  startApiServer({ getsReady: (image) => image !== images.bad, deadlineTicks: 4 })

/** Makes a folder with a kubeconfig for this server and its namespace `shop`. */
export async function createFolder(server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-ship-'))
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server } }],
    users: [{ name: 'lab', user: {} }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab', namespace: 'shop' } }],
    'current-context': 'lab',
  }
  await writeFile(join(folder, 'config'), JSON.stringify(config))
  return folder
}

export const envOf = (folder: string) => ({ KUBECONFIG: join(folder, 'config'), HOME: folder })

/** Two images that nodes can pull, with different tags, and one that does not exist: `TEST_IMAGES="OLD NEW MISSING"`. */
function realImages(): Images {
  const pause = 'registry.k8s.io/pause'
  const written = process.env['TEST_IMAGES'] ?? `${pause}:3.9 ${pause}:3.10 ${pause}:missing`
  const [old = '', fresh = '', bad = ''] = written.split(' ')
  return { old, new: fresh, bad }
}

/** Makes a namespace in the cluster of a kubeconfig, and deletes it at the end. */
export async function openNamespace(kubeconfig: string, its: Images): Promise<LabCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-ship-'))
  // HOME is that of the user, because programs that log in have their files there.
  const env = { ...envOf(folder), HOME: process.env['HOME'] ?? folder }
  const view = ['config', 'view', '--raw', '--flatten', '--minify', `--kubeconfig=${kubeconfig}`]
  await writeFile(env.KUBECONFIG, (await run('kubectl', view)).stdout)
  const kubectl = async (args: readonly string[], input = ''): Promise<void> => {
    const running = run('kubectl', args, { env: { ...process.env, ...env } })
    running.child.stdin?.end(input)
    await running
  }
  const namespace = `canary-judge-test-${randomBytes(4).toString('hex')}`
  const create = (object: Fields): Promise<void> =>
    kubectl(['create', '--validate=false', '--filename=-'], JSON.stringify(object))
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await kubectl(['config', 'set-context', '--current', `--namespace=${namespace}`])
  const ready = watchReady(env)
  return {
    namespace,
    images: its,
    env,
    async seed(object) {
      await create(object)
      const name = textOf(at(object, 'metadata', 'name'))
      if (object['kind'] === 'Deployment')
        await kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=120s'])
      ready.forget()
    },
    lowest: (app) => ready.lowest(app),
    async close() {
      await ready.close()
      await kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await rm(folder, { recursive: true })
    },
  }
}

/** Watches the numbers of ready pods of the Deployments. */
function watchReady(env: Readonly<Record<string, string>>) {
  const line = '{.metadata.labels.app} {.metadata.name} {.status.availableReplicas}{"\\n"}'
  const child = spawn('kubectl', ['get', 'deployments', '--watch', `--output=jsonpath=${line}`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const now = new Map<string, Map<string, number>>()
  const lowest = new Map<string, number>()
  const sumOf = (app: string): number =>
    [...(now.get(app)?.values() ?? [])].reduce((sum, each) => sum + each, 0)
  createInterface({ input: child.stdout }).on('line', (text) => {
    const [app = '', name = '', available = ''] = text.split(' ')
    const arms = now.get(app) ?? new Map<string, number>()
    now.set(app, arms.set(name, Number(available)))
    lowest.set(app, Math.min(lowest.get(app) ?? Infinity, sumOf(app)))
  })
  return {
    lowest: (app: string): number => lowest.get(app) ?? Number.NaN,
    forget(): void {
      for (const app of now.keys()) lowest.set(app, sumOf(app))
    },
    async close(): Promise<void> {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
