import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { buildApp } from '../support/service/build-app.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import type { KubernetesObject } from '../support/mistakes/kubernetes-mistakes.ts'
import { type PostgresServer, postgresMissing, startPostgres } from '../support/parts/postgres.ts'
import { runMain } from '../support/service/run-main.ts'
import { objectOf, renderChart } from './parts/helm.ts'
import { toProcess } from './parts/run-rendered.ts'

const run = promisify(execFile)
const deployment = z.object({ spec: z.object({ template: z.object({ spec: z.unknown() }) }) })
const probes = z.object({
  containers: z.tuple([
    z.record(z.string(), z.object({ httpGet: z.object({ path: z.string() }) }).catch({ httpGet: { path: '' } })),
  ]),
})

const judged = z.object({ verdict: z.string(), kept: z.boolean() })

const secret = (name: string, stringData: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
})

const values = {
  shutdownDelay: 0,
  secrets: ['thanos'],
  prometheusUrl: '',
  config: {
    defaultPolicy: 'web',
    sources: { thanos: { url: 'http://127.0.0.1:9', auth: { bearer: { file: '/etc/canary-judge/secrets/thanos/token' } } } },
  },
  policies: { web: { metrics: [{ name: 'errors', kind: 'errors' }] } },
}

const missing = goToolMissing('helm')

describe.skipIf(missing !== undefined)('what helm renders, put on a machine without Kubernetes', { timeout: 120_000 }, () => {
  let app = ''
  beforeAll(async () => {
    app = await buildApp()
  }, 300_000)
  afterAll(() => rm(app, { recursive: true, force: true }))

  /** Starts the service as the Deployment says, with free ports in place of 8080 and 9091. */
  async function start(objects: readonly KubernetesObject[]) {
    const { spec } = deployment.parse(objectOf(objects, 'Deployment')).spec.template
    const { args, env, root } = await toProcess(spec, objects)
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const flags = args.slice(0, -1)
    // An empty HOST counts as missing, so the service listens on the same addresses as in the pod.
    const main = await runMain({ HOST: '', ...env, PORT: '0', MANAGEMENT_PORT: '0' }, join(app, args.at(-1) ?? ''), flags)
    onTestFinished(async () => main[Symbol.asyncDispose]())
    const url = `http://127.0.0.1:${String((await main.line('ready'))['port'])}`
    const opened = await main.line('probes and metrics are answered here')
    const management = `http://127.0.0.1:${String(opened['port'])}`
    const [probed] = probes.parse(spec).containers
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => probed[name]?.httpGet.path ?? '')
    return { main, url, management, paths, root }
  }

  /** The requests that a new user would try first. */
  async function tryOut(objects: readonly KubernetesObject[]) {
    const { main, url, management, paths, root } = await start(objects)
    for (const path of [...paths, '/metrics']) expect([path, (await fetch(management + path)).status]).toEqual([path, 200])
    const recording: unknown = JSON.parse(await readFile('test/fixtures/recordings/errors-x10.json', 'utf8'))
    const tokens = await toProcess(objectOf(objects, 'Pod')['spec'], objects)
    onTestFinished(() => rm(tokens.root, { recursive: true, force: true }))
    const ask = (token: string) =>
      fetch(`${url}/v1/judge`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ recording }),
      })
    // On a busy machine the store may be too slow to keep the first answer in time.
    const askUntilKept = async (): Promise<string> => {
      const { verdict, kept } = judged.parse(await (await ask(tokens.env['TOKEN'] ?? '')).json())
      return kept ? verdict : askUntilKept()
    }
    expect(await askUntilKept()).toBe('fail')
    expect((await ask('a-token-of-somebody-else')).status).toBe(401)
    // This is the pod of `helm test`.
    const { stdout } = await run(process.execPath, [...tokens.args], { env: { ...tokens.env, JUDGE: url, MANAGEMENT: management } })
    expect(stdout.trim().split('\n')).toEqual([
      'ready: expected 200, got 200',
      'policies with the token: expected 200, got 200',
      'policies with another token: expected 401, got 401',
    ])
    main.child.kill('SIGTERM')
    expect(await main.ended).toEqual({ code: 0, signal: null })
    return root
  }

  test('starts on SQLite, judges, keeps, and stops', async () => {
    const objects = await renderChart({ values })
    const root = await tryOut([...objects, secret('thanos', { token: 'of-thanos' })])
    expect(existsSync(join(root, 'data/canary-judge.db'))).toBe(true)
  })

  describe.skipIf(postgresMissing() !== undefined)('with PostgreSQL', () => {
    let postgres: PostgresServer
    beforeAll(async () => {
      postgres = await startPostgres()
    })
    afterAll(() => postgres.stop())

    test('starts on PostgreSQL by the Secret that holds its address, judges, keeps, and stops', async () => {
      const objects = await renderChart({ file: 'postgres', values })
      const uri = await postgres.createDatabase('app')
      const root = await tryOut([...objects, secret('judge-db-app', { uri }), secret('thanos', { token: 'of-thanos' })])
      expect(existsSync(join(root, 'data'))).toBe(false)
    })
  })

  test('gives PostgreSQL over TLS the certificates of its Secrets', async () => {
    const objects = await renderChart({ file: 'postgres-tls', values: { shutdownDelay: 0 } })
    const files = { 'ca.crt': 'ca', 'tls.crt': 'cert', 'tls.key': 'key' }
    const given = [secret('judge-db', { address: 'postgres://db/app' }), secret('judge-db-certificates', files)]
    const { spec } = deployment.parse(objectOf(objects, 'Deployment')).spec.template
    const { env, root } = await toProcess(spec, [...objects, ...given])
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const url = new URL(env['DATABASE_URL'] ?? '')
    expect([url.host, url.pathname, url.searchParams.get('sslmode')]).toEqual(['db', '/app', 'verify-full'])
    const read = ['sslrootcert', 'sslcert', 'sslkey'].map((key) => readFile(url.searchParams.get(key) ?? '', 'utf8'))
    expect(await Promise.all(read)).toEqual(['ca', 'cert', 'key'])
  })
})
