import { createServer } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../support/simulated-prometheus/fault.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { createWorld } from '../support/simulated-world/create-world.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'
import { startStopwatch } from '../support/measures/stopwatch.ts'

const minute = 60_000
/** How long Prometheus may take: much longer than a row that does not wait for it, much shorter than a row's answer. */
const [patientMs, hastyMs, soonMs, floodedMs] = [60_000, 2000, 20_000, 60_000]

const policy = `
name: web
history: 20m
metrics:
  - {name: errors, kind: errors}
  - {name: p95, kind: latency}
  - {name: conversion, kind: conversion, good: orders_completed_total, total: checkouts_started_total}
  - {name: memory, kind: gauge, query: 'container_memory_working_set_bytes{container!=""}'}
`

const { identity, series, expected } = createWorld({
  recording: simulateRollout({
    seed: 'faults',
    history: 20,
    plan: [{ weight: 50, minutes: 15, pods: 2 }],
    stablePods: 3,
  }),
  convention: 'application',
  controller: 'argo',
})
const start = Date.parse(expected.start) + expected.rolloutStart * minute
const clock = { ms: start + 5 * minute + 20_000, now: (): number => clock.ms }

interface Row {
  readonly fault: Fault
  /** The code of every reason about the source; undefined = the data came. */
  readonly code?: string
  readonly text?: RegExp
  /** How many milliseconds the service waits for Prometheus. */
  readonly patience?: number
  /** How many requests fail; by default all. */
  readonly calls?: number
}

const prometheusError = (errorType: string, error: string): string =>
  JSON.stringify({ status: 'error', errorType, error })

const rows: Readonly<Record<string, Row>> = {
  'breaks every connection off': { fault: { kind: 'down' }, code: 'source-down' },
  'is slower than the deadline': {
    fault: { kind: 'slow', ms: 60_000 },
    code: 'source-timeout',
    patience: hastyMs,
  },
  'drips a byte a second': {
    fault: { kind: 'dripping', everyMs: 1000 },
    code: 'source-timeout',
    patience: hastyMs,
  },
  'answers a login page': { fault: { kind: 'html' }, code: 'source-invalid', text: /got HTML/ },
  'redirects to one': {
    fault: { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    code: 'source-refused',
  },
  'answers 401': {
    fault: { kind: 'status', status: 401, body: 'who are you' },
    code: 'source-refused',
    text: /answered 401/,
  },
  'answers 422 to what it cannot do': {
    fault: { kind: 'status', status: 422, body: prometheusError('execution', 'no such function') },
    code: 'source-refused',
    text: /answered 422: no such function/,
  },
  'answers 422 to too many samples': {
    fault: {
      kind: 'status',
      status: 422,
      body: prometheusError('execution', 'query processing would load too many samples into memory'),
    },
    code: 'source-too-large',
  },
  'answers 503 and is well a moment later': {
    fault: { kind: 'status', status: 503, body: 'overloaded' },
    calls: 2,
  },
  'goes on answering 503': {
    fault: { kind: 'status', status: 503, body: 'overloaded' },
    code: 'source-down',
    text: /answered 503/,
  },
  'ends its JSON in the middle': {
    fault: { kind: 'truncated', honest: true },
    code: 'source-invalid',
    text: /broken JSON/,
  },
  'is cut off in the middle of its JSON': {
    fault: { kind: 'truncated', honest: false },
    code: 'source-down',
  },
  'has only a part of the data': {
    fault: { kind: 'warnings', warnings: ['store 2 did not answer'] },
    code: 'source-partial',
    text: /partial data: store 2 did not answer/,
  },
}

const collect: unknown = (setFlagsFromString('--expose-gc'), runInNewContext('gc'))
/** The megabytes in use after a garbage collection. */
const heapUsed = (): number => {
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

describe('POST /v1/judge before a Prometheus that', { timeout: 180_000 }, () => {
  let folder = ''
  let prometheus: SimulatedPrometheus | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-faults-'))
    await writeFile(join(folder, 'web.yaml'), policy)
    prometheus = await startSimulatedPrometheus({ clock, series })
  })
  afterAll(async () => {
    await prometheus?.close()
    await rm(folder, { recursive: true })
  })
  afterEach(() => prometheus?.setFault(undefined))

  const serverThere = (): SimulatedPrometheus => {
    if (prometheus === undefined) throw new Error('expected a server')
    return prometheus
  }

  /** A service that knows nothing yet. */
  const serviceBefore = (url: string, patience = patientMs): Promise<RunningApp> =>
    runApp({
      env: { PROMETHEUS_URL: url },
      change: (config) => ({
        ...config,
        policies: { directory: folder },
        // so that the source ends first, also on a busy machine, and says why
        limits: { ...config.limits, answerMs: patience + 5000 },
        sources: Object.fromEntries(
          Object.entries(config.sources).map(([name, source]) => [name, { ...source, timeoutMs: patience }]),
        ),
      }),
      overrides: { clock },
    })

  async function expectHealth(service: RunningApp): Promise<void> {
    serverThere().setFault(undefined)
    const { status, body } = await look(service)
    expect([status, sourceReasons(body)]).toEqual([200, []])
    expect(body.metrics[0]?.canary?.of).toBeGreaterThan(100)
    for (const path of ['/healthz', '/readyz']) {
      expect((await request(service.url).get(path)).status).toBe(200)
    }
  }

  test.each(Object.keys(rows))('%s', async (name) => {
    const row = rows[name]
    if (row === undefined) throw new Error('expected a row')
    const server = serverThere()
    await using service = await serviceBefore(server.url, row.patience)
    server.setFault(row.fault, row.calls)
    const { status, body, ms } = await look(service)
    expect([status, body.verdict]).toEqual([200, 'inconclusive'])
    expect(codesOf(body)).toEqual(row.code === undefined ? [] : [row.code])
    expect(body.summary).toMatch(row.text ?? /^inconclusive: /)
    expect(ms).toBeLessThan(soonMs)
    await expectHealth(service)
  })

  test('is not there', async () => {
    await using service = await serviceBefore(`http://127.0.0.1:${await freePort()}`)
    const { status, body, ms } = await look(service)
    expect([status, body.verdict, codesOf(body)]).toEqual([200, 'inconclusive', ['source-down']])
    expect(body.summary).toMatch(/no connection to Prometheus \(ECONNREFUSED\)/)
    expect(ms).toBeLessThan(soonMs)
  })

  test('gives two million samples each time', async () => {
    const server = serverThere()
    await using service = await serviceBefore(server.url, floodedMs)
    server.setFault({ kind: 'flood', samples: 2_000_000 })
    const before = heapUsed()
    const { status, body, ms } = await look(service)
    expect([status, body.verdict, codesOf(body)]).toEqual([200, 'inconclusive', ['source-too-large']])
    expect(body.summary).toMatch(/: the answer of Prometheus is larger than the limit$/)
    expect(ms).toBeLessThan(floodedMs)
    expect(heapUsed() - before).toBeLessThan(20)
    await expectHealth(service)
  })

  test('gives answers that are too many together', async () => {
    const server = serverThere()
    await using service = await serviceBefore(server.url, floodedMs)
    server.setFault({ kind: 'flood', samples: 550_000 })
    const { status, body, ms } = await look(service)
    expect([status, body.verdict]).toEqual([200, 'inconclusive'])
    const texts = sourceReasons(body).map(({ text }) => text ?? '')
    expect(texts).toContainEqual(
      expect.stringMatching(/: the answers of Prometheus have more than 2500000 samples together$/),
    )
    expect(ms).toBeLessThan(floodedMs)
    expect((await request(service.url).get('/healthz')).status).toBe(200)
  })

  test('fails in every way, again and again, and leaves no socket, timer or memory behind', async () => {
    const server = serverThere()
    await using service = await serviceBefore(server.url, 1000)
    const round = async (): Promise<void> => {
      clock.ms += minute
      for (const { fault } of Object.values(rows)) {
        server.setFault(fault)
        await look(service)
      }
      server.setFault(undefined)
      await expect.poll(async () => codesOf((await look(service)).body), { timeout: 30_000 }).toEqual([])
    }
    await round()
    const before = { heap: heapUsed(), open: process.getActiveResourcesInfo().length }
    for (let i = 0; i < 5; i++) await round()
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.open + 5)
    expect(heapUsed() - before.heap).toBeLessThan(10)
  })
})

async function look({ url }: RunningApp): Promise<Look> {
  const watch = startStopwatch()
  const { status, body } = await request(url)
    .post('/v1/judge')
    .send({
      policy: 'web',
      keep: true,
      namespace: identity.namespace,
      name: identity.target,
      canary: { revision: identity.revisions.canary },
      stable: { revision: identity.revisions.stable },
      start: new Date(start).toISOString(),
    })
  return { status, body, ms: watch.elapsedMs() }
}

/** The codes of the verdict about its source, each once. */
const codesOf = (body: Body): readonly string[] => [...new Set(sourceReasons(body).map(({ code }) => code))]

const sourceReasons = ({ reasons }: Body): readonly Reason[] =>
  reasons.filter(({ code }) => code.startsWith('source-'))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  if (bound === null || typeof bound === 'string') throw new Error('expected a TCP address')
  return bound.port
}

interface Reason {
  readonly code: string
  readonly text?: string
}

interface Body {
  readonly verdict: string
  readonly summary: string
  readonly reasons: readonly Reason[]
  readonly metrics: readonly { readonly canary?: { readonly of: number } }[]
}

interface Look {
  readonly status: number
  readonly body: Body
  readonly ms: number
}
