import request from 'supertest'
import { z } from 'zod'
import { type ArgoOptions, type ArgoResult, runArgoRollout } from '../controllers/argo/argo.ts'
import { readIstioRollout } from '../controllers/argo/istio.ts'
import { type FlaggerOptions, type FlaggerResult, runFlaggerCanary } from '../controllers/flagger/flagger.ts'
import { type Manifest, readManifests } from '../controllers/manifests.ts'
import { createSimulatedClock, type SimulatedClock } from '../controllers/simulated-clock.ts'
import { createLiveWorld, type LiveWorld, type LiveWorldOptions } from './live-world.ts'
import { annsToken, controllerToken, type Service, type ServiceOptions, startHere } from './service.ts'

export const start = Date.parse('2026-11-20T10:00:00Z')
export const minute = 60_000

export interface Scene<S extends Service> {
  readonly clock: SimulatedClock
  readonly world: LiveWorld
  readonly service: S
  /** The weights that the controller set, in order. */
  readonly weights: number[]
  history(): Promise<History>
  /** Posts to the service's next replica; undefined when the connection broke. */
  ask(path: string, body: object, token?: string): Promise<unknown>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SceneOptions extends Omit<LiveWorldOptions, 'clock'>, Pick<ServiceOptions, 'policies'> {}

/** Starts a world, its Prometheus and the service, all on one clock. */
export async function setScene<S extends Service = Service>(
  options: SceneOptions,
  startService: (options: ServiceOptions) => Promise<S>,
): Promise<Scene<S>> {
  const clock = createSimulatedClock(start)
  const world = await createLiveWorld({ ...options, clock })
  const { policies = {} } = options
  const service = await startService({ clock, prometheusUrl: world.url, policies })
  return {
    clock,
    world,
    service,
    weights: [],
    history: () => readHistory(service),
    ask: (path, body, token = controllerToken) => post(service, path, body, token),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

/** Runs the service in this process, which is enough for most rollouts. */
export const setSceneHere = (options: SceneOptions): Promise<Scene<Service>> => setScene(options, startHere)

export function rollOutWithArgo(
  scene: Scene<Service>,
  {
    policy = 'istio-service',
    looks = 24,
    ...options
  }: Partial<ArgoOptions> & { readonly policy?: string; readonly looks?: number } = {},
): Promise<ArgoResult> {
  const { clock, world, service, weights } = scene
  const { stable, canary } = world.identity.revisions
  return runArgoRollout({
    manifests: changed(readIstioRollout(), (text) =>
      text
        .replaceAll('"istio-service"', JSON.stringify(policy))
        .replaceAll('"name":"looks","value":"24"', `"name":"looks","value":"${looks}"`),
    ),
    call: service.call,
    clock,
    onWeight(weight) {
      weights.push(weight)
      world.setWeight(weight)
    },
    stableHash: stable,
    canaryHash: canary,
    secrets: { 'canary-judge/token': controllerToken },
    ...options,
  })
}

export function rollOutWithFlagger(
  scene: Scene<Service>,
  {
    policy = 'istio',
    manifests = readManifests(['rollouts/flagger/base/canary.yaml']),
    ...options
  }: Partial<FlaggerOptions> & { readonly policy?: string } = {},
): Promise<FlaggerResult> {
  const { clock, world, service, weights } = scene
  return runFlaggerCanary({
    manifests: changed(manifests, (text) =>
      text
        .replaceAll('JUDGE_TOKEN', controllerToken)
        .replaceAll('"policy":"istio"', `"policy":${JSON.stringify(policy)}`),
    ),
    call: service.call,
    clock,
    onWeight(weight) {
      weights.push(weight)
      world.setWeight(weight)
    },
    maxTicks: 240,
    ...options,
  })
}

const changed = (manifests: readonly Manifest[], change: (json: string) => string): readonly Manifest[] =>
  manifests.map((manifest) => ({
    ...manifest,
    document: JSON.parse(change(JSON.stringify(manifest.document))),
  }))

const runSchema = z.object({
  id: z.string(),
  source: z.string(),
  gates: z.number().optional(),
  openedAt: z.string(),
  closedAt: z.string().optional(),
  ending: z.string().optional(),
})
const stepsSchema = z.object({ steps: z.array(z.looseObject({ weight: z.number().optional() })) })

/** What people see of the rollout afterwards: its runs, the oldest first, and the steps of the last run. */
export interface History {
  readonly runs: readonly z.output<typeof runSchema>[]
  readonly steps: z.output<typeof stepsSchema>['steps']
}

async function readHistory(service: Service): Promise<History> {
  const { runs } = z.object({ runs: z.array(runSchema) }).parse(await read(service, '/v1/runs?name=web'))
  const [last] = runs
  const steps = last === undefined ? [] : stepsSchema.parse(await read(service, `/v1/runs/${last.id}`)).steps
  return { runs: runs.toReversed(), steps }
}

async function post(service: Service, path: string, body: object, token: string): Promise<unknown> {
  const reply = await service.call(`http://canary-judge${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    timeoutMs: 20_000,
  })
  if ('failure' in reply) return undefined
  if (reply.status > 299) throw new Error(`POST ${path} was answered ${reply.status}: ${reply.body}`)
  return JSON.parse(reply.body)
}

/** Reads with the token of a person. */
export async function read(service: Service, path: string): Promise<unknown> {
  const { status, body } = await request(service.urls()[0] ?? '')
    .get(path)
    .set('Authorization', `Bearer ${annsToken}`)
  if (status !== 200) throw new Error(`GET ${path} was answered ${status}`)
  return body
}

/** Sends the decision of a person, with the token of a person. */
export async function decide(service: Service, body: object): Promise<void> {
  const { status, text } = await request(service.urls()[0] ?? '')
    .post('/v1/decisions')
    .set('Authorization', `Bearer ${annsToken}`)
    .send({ namespace: 'shop', name: 'web', reason: 'looked at the dashboards', ...body })
  if (status !== 201) throw new Error(`the decision was answered ${status}: ${text}`)
}
