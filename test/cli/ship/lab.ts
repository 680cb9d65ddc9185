import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { startCli } from '../../support/start-cli.ts'
import { type ApiServer, startApiServer } from './api-server.ts'
import { type Fields, fieldsOf, type Json, numberOf, textOf, at } from './objects.ts'

const run = promisify(execFile)

export const images = {
  old: 'registry.example.org/web:1',
  new: 'registry.example.org/web:2',
  bad: 'registry.example.org/web:bad',
}

export type Verdict = 'pass' | 'fail' | 'inconclusive'

export interface Lab {
  readonly api: ApiServer
  /** What the judge is asked, and by default a pass. */
  readonly asked: Fields[]
  verdict: (request: Fields) => Verdict
  readonly judgeUrl: string
  readonly env: Readonly<Record<string, string>>
  kubectl(...args: readonly string[]): Promise<string>
  ship(...args: readonly string[]): ReturnType<typeof startCli>
  close(): Promise<void>
}

/** A stand-in of the API, one of the judge, and a configuration of kubectl. */
export async function openLab(): Promise<Lab> {
  const api = await startApiServer({ getsReady: (image) => image !== images.bad, deadlineTicks: 4 })
  const asked: Fields[] = []
  const decide = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read: Json = JSON.parse(await text(request))
    asked.push(fieldsOf(read))
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(judgement(lab.verdict(fieldsOf(read)))))
  }
  const judge = createServer((request, response) => void decide(request, response))
  await once(judge.listen(0, '127.0.0.1'), 'listening')
  const address = judge.address()
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-ship-'))
  const config = join(folder, 'config')
  await writeFile(config, kubeconfig(api.url))
  const env = { KUBECONFIG: config, HOME: folder }
  const lab: Lab = {
    api,
    asked,
    verdict: () => 'pass',
    judgeUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    env,
    async kubectl(...args) {
      const { stdout } = await run('kubectl', args, { env: { ...process.env, ...env } })
      return stdout
    },
    ship: (...args) => startCli(['ship', ...args], env),
    async close() {
      judge.closeAllConnections()
      await Promise.all([once(judge.close(), 'close'), api.close(), rm(folder, { recursive: true })])
    },
  }
  return lab
}

const judgement = (verdict: Verdict): Fields => ({
  verdict,
  judged: verdict,
  score: 50,
  summary: `${verdict}: as the test says`,
  run: 'shop.web.2.1',
  reasons: [],
  metrics: [],
  links: { verdict: '/v1/verdicts/1' },
})

const kubeconfig = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server } }],
    users: [{ name: 'lab', user: {} }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab', namespace: 'shop' } }],
    'current-context': 'lab',
  })

/** A Deployment as people write it. */
export const stable = (app: string, replicas: number, image = images.old): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `${app}-stable`, labels: { app, track: 'stable' } },
  spec: {
    replicas,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: { app, track: 'stable' } },
    template: {
      metadata: { labels: { app, track: 'stable', version: '1' } },
      spec: { containers: [{ name: app, image, ports: [{ containerPort: 8080 }] }] },
    },
  },
})

/** The canary's Ingress, as people write it. */
export const ingress = (app: string): Fields => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: `${app}-canary`,
    annotations: {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '0',
    },
  },
  spec: { defaultBackend: { service: { name: `${app}-canary`, port: { number: 80 } } } },
})

/** Replicas and image of one arm. */
export function arm(
  lab: Lab,
  name: string,
): { readonly replicas: number; readonly image: string } | undefined {
  const deployment = lab.api.get('deployments', name)
  if (deployment === undefined) return undefined
  const [container] = [at(deployment, 'spec', 'template', 'spec', 'containers')].flat()
  return { replicas: numberOf(at(deployment, 'spec', 'replicas'), -1), image: textOf(at(container, 'image')) }
}
