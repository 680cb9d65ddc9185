import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { startCli } from '../../support/service/start-cli.ts'
import type { LabCluster } from './lab-cluster.ts'
import { type Fields, fieldsOf, type Json, listOf, numberOf, textOf, at } from './objects.ts'
import { stable } from './seeds.ts'

const run = promisify(execFile)

export type Verdict = 'pass' | 'fail' | 'inconclusive'

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly authorization: string
  readonly body: string
}

/** A cluster and a judge. */
export interface Lab extends LabCluster {
  /** The requests to the judge. */
  readonly asked: Fields[]
  /** The verdict of the judge, by default a pass. */
  verdict: (request: Fields) => Verdict
  /** The answer of the judge to any request. */
  answer: (request: Request) => Promise<Answer>
  readonly judgeUrl: string
  kubectl(...args: readonly string[]): Promise<string>
  ship(...args: readonly string[]): ReturnType<typeof startCli>
  shipWith(env: LabCluster['env'], ...args: readonly string[]): ReturnType<typeof startCli>
  /** Makes the stable Deployment of an app, and waits until its pods are ready. */
  seedStable(app: string, replicas: number, image?: string): Promise<void>
  /** The replicas and the image of one arm. */
  arm(name: string): Promise<{ readonly replicas: number; readonly image: string } | undefined>
  annotation(name: string, key: string): Promise<string>
}

export async function openLab(cluster: LabCluster): Promise<Lab> {
  const asked: Fields[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request
    const body = await text(request)
    if (method === 'POST') asked.push(toFields(body))
    const { authorization = '' } = headers
    const answer = await lab.answer({ method, path, authorization, body })
    response.writeHead(answer.status, { 'Content-Type': 'application/json' })
    response.end(answer.body)
  }
  const judge = createServer((request, response) => void respond(request, response))
  await once(judge.listen(0, '127.0.0.1'), 'listening')
  const address = judge.address()
  const get = async (deployment: string): Promise<Fields | undefined> => {
    const found = await lab.kubectl('get', 'deployment', deployment, '--ignore-not-found', '--output=json')
    return found === '' ? undefined : fieldsOf(JSON.parse(found))
  }
  const lab: Lab = {
    ...cluster,
    asked,
    verdict: () => 'pass',
    answer: ({ method, body }) =>
      Promise.resolve(method === 'POST' ? judgement(lab.verdict(toFields(body))) : ok({ policies: [] })),
    judgeUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async kubectl(...args) {
      const { stdout } = await run('kubectl', args, { env: { ...process.env, ...cluster.env } })
      return stdout
    },
    ship: (...args) => lab.shipWith(cluster.env, ...args),
    shipWith: (env, ...args) => startCli(['ship', ...args], env),
    seedStable: (app, replicas, image = cluster.images.old) => cluster.seed(stable(app, replicas, image)),
    async arm(name) {
      const deployment = await get(name)
      if (deployment === undefined) return undefined
      const [container] = listOf(at(deployment, 'spec', 'template', 'spec', 'containers'))
      const replicas = numberOf(at(deployment, 'spec', 'replicas'), -1)
      return { replicas, image: textOf(at(container, 'image')) }
    },
    annotation: async (name, key) => textOf(at(await get(name), 'metadata', 'annotations', key)),
    async close() {
      judge.closeAllConnections()
      await Promise.all([once(judge.close(), 'close'), cluster.close()])
    },
  }
  return lab
}

function toFields(body: string): Fields {
  const read: Json = JSON.parse(body)
  return fieldsOf(read)
}

const ok = (json: Fields): Answer => ({ status: 200, body: JSON.stringify(json) })

const judgement = (verdict: Verdict): Answer =>
  ok({
    verdict,
    judged: verdict,
    score: 50,
    summary: `${verdict}: as the test says`,
    run: 'shop.web.2.1',
    reasons: [],
    metrics: [],
    links: { verdict: '/v1/verdicts/1' },
  })
