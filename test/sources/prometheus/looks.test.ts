import { afterEach, describe, expect, test } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import type { FetchRequest, MetricSource } from '../../../src/judge/ports/ports.ts'
import type { Labels } from '../../../src/sources/prometheus/arms/arms.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import type { SourceOptions } from '../../../src/sources/source.ts'
import {
  type ServedCall,
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { createWorld, type World, type WorldOptions } from '../../support/simulated-world/create-world.ts'
import { boundsOf, policyOf, requestOf, rowsByPod, runOf, silent, timeOfSlice } from './source-case.ts'
import { settingsOf, startStub } from './stub-server.ts'

const closing: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((resource) => resource.close()))
})

const recording = simulateRollout({
  seed: 'looks',
  start: '2026-02-01T00:00:00Z',
  history: 30,
  plan: [{ weight: 20, minutes: 10, pods: 2 }],
  stablePods: 3,
  traffic: { rps: 20, podSd: 0.2 },
})

const latencies = `  - {name: p95, kind: latency, quantile: 0.95}
  - {name: p99, kind: latency, quantile: 0.99, limit: 500ms, watch: true}
`
const errors = '  - {name: errors, kind: errors}\n'
const conversion =
  '  - {name: conversion, kind: conversion, good: orders_completed_total, total: checkouts_started_total}\n'

interface Scene {
  readonly world: World
  readonly server: SimulatedPrometheus
  readonly calls: ServedCall[]
  sourceOf(url?: string, options?: Partial<SourceOptions>): MetricSource
  requestOf(slice: number, metrics: string, more?: string): FetchRequest
}

async function sceneOf(options: Partial<WorldOptions> = {}): Promise<Scene> {
  const world = createWorld({ recording, convention: 'application', seed: 's', ...options })
  const calls: ServedCall[] = []
  const time = { now: timeOfSlice(world.expected, 40) + 20_000 }
  const clock = { now: () => time.now }
  const server = await startSimulatedPrometheus({
    clock,
    series: world.series,
    onCall: (call) => calls.push(call),
  })
  closing.push(server)
  const run = runOf(world.identity, timeOfSlice(world.expected, world.expected.rolloutStart))
  return {
    world,
    server,
    calls,
    sourceOf: (url = server.url, more = {}) => {
      const sources = { default: settingsOf(url, { timeoutMs: 1500 }) }
      const source = createSourceSet({ sources, clock, log: silent, ...more })
      closing.push(source)
      return source
    },
    requestOf: (slice, metrics, more = '') => {
      time.now = timeOfSlice(world.expected, slice) + 20_000
      return requestOf(policyOf('pods', metrics, `history: 30m\n${more}`), run, time.now)
    },
  }
}

const queriesOf = (calls: readonly ServedCall[]): readonly string[] =>
  calls.map(({ params }) => `${params.get('query')} ${params.get('start') ?? ''} ${params.get('time') ?? ''}`)
const rangesOf = (calls: readonly ServedCall[]): readonly ServedCall[] =>
  calls.filter(({ params }) => params.has('step'))

describe('fetch() asks', () => {
  test('fetch() of two quantiles of a histogram asks for its buckets once, and gives each its own bounds', async () => {
    const scene = await sceneOf()
    const source = scene.sourceOf()
    const got: Recording[] = []
    for (const slice of [35, 40]) {
      scene.calls.length = 0
      got.push(await source.fetch(scene.requestOf(slice, latencies)))
      expect(rangesOf(scene.calls)).toHaveLength(1)
      expect(new Set(queriesOf(scene.calls)).size).toBe(scene.calls.length)
    }
    for (const name of ['p95', 'p99']) {
      const metric = latencies.split('\n').find((line) => line.includes(name)) ?? ''
      const alone = await scene.sourceOf().fetch(scene.requestOf(40, `${metric}\n`))
      expect(got[1]?.metrics[name]).toEqual(alone.metrics[name])
    }
    expect(boundsOf(got[1] ?? recording, 'p95')).not.toEqual(boundsOf(got[1] ?? recording, 'p99'))
  })

  test('fetch() of two metrics with the same requests asks for them once', async () => {
    const scene = await sceneOf()
    const shared = `${errors}  - {name: refused, kind: errors, total: http_requests_total, bad: 'http_requests_total{code="429"}'}\n`
    const got = await scene.sourceOf().fetch(scene.requestOf(40, shared))
    expect(rangesOf(scene.calls)).toHaveLength(3)
    expect(Object.keys(got.metrics)).toEqual(['errors', 'refused'])
  })

  test('fetch() again asks in one round: the time, and each query for two boundaries', async () => {
    const scene = await sceneOf()
    const source = scene.sourceOf()
    await source.fetch(scene.requestOf(35, errors + latencies + conversion))
    scene.calls.length = 0
    await source.fetch(scene.requestOf(36, errors + latencies + conversion))
    expect([rangesOf(scene.calls).length, scene.calls.length]).toEqual([5, 6])
  })

  test('fetch() of what is scraped too seldom for the guessed slice asks again, at the right one', async () => {
    const scene = await sceneOf({ scrapeSeconds: 45 })
    const source = scene.sourceOf()
    const got = await source.fetch(scene.requestOf(38, errors + latencies))
    expect([got.sliceSeconds, got.problems]).toEqual([90, []])
    expect(new Set(rangesOf(scene.calls).map(({ params }) => params.get('step')))).toEqual(
      new Set(['60', '90']),
    )
    scene.calls.length = 0
    expect(await source.fetch(scene.requestOf(40, errors + latencies))).toEqual(
      await scene.sourceOf().fetch(scene.requestOf(40, errors + latencies)),
    )
  })

  test('fetch() does not ask again for what is scraped less than once a slice', async () => {
    const scene = await sceneOf({ scrapeSeconds: 45 })
    const source = scene.sourceOf()
    for (const slice of [35, 36]) {
      scene.calls.length = 0
      const got = await source.fetch(scene.requestOf(slice, errors, 'slice: 30s\n'))
      expect(got.problems?.map(({ code }) => code)).toEqual(['coarse-scrape'])
    }
    expect(rangesOf(scene.calls)).toEqual([])
  })

  test('fetch() of a histogram that is not told of loses that metric alone', async () => {
    const scene = await sceneOf()
    const stub = await startStub((request, response) => {
      if (request.form.get('query')?.includes('increase(') === true) return
      const pass = async (): Promise<void> => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        const body = request.form.toString()
        const answer = await fetch(`${scene.server.url}${request.path}`, { method: 'POST', headers, body })
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
      }
      pass().catch(() => response.destroy())
    })
    closing.push({ close: () => stub.stop() })
    const got = await scene.sourceOf(stub.url).fetch(scene.requestOf(40, errors + latencies))
    expect(Object.keys(got.metrics)).toEqual(['errors'])
    expect(got.problems?.map(({ code, metric }) => [code, metric])).toEqual([
      ['source-timeout', 'p95'],
      ['source-timeout', 'p99'],
    ])
  })

  test('fetch() asks for plain bytes without TLS', async () => {
    const scene = await sceneOf()
    await scene.sourceOf().fetch(scene.requestOf(40, errors))
    expect(new Set(scene.calls.map(({ headers }) => headers['accept-encoding']))).toEqual(
      new Set(['identity']),
    )
  })
})

describe('fetch() after a restart of the service', () => {
  const everything = errors + latencies + conversion
  const twice = ({ labels }: { readonly labels: Labels }): boolean => labels['__name__'] !== undefined

  test.each<[string, Partial<WorldOptions>]>([
    ['pods come and go', { restarts: [{ of: 'pod', index: 3, slice: 33 }] }],
    ['all are away for a while', { outages: [{ slice: 32, slices: 3 }] }],
    ['history is short', { lead: 0 }],
  ])(
    'fetch() in the middle of a run where %s gives what the service would have given',
    async (_, options) => {
      const scene = await sceneOf(options)
      const [steady, restarted] = [scene.sourceOf(), scene.sourceOf(undefined, { cacheBytes: 1 })]
      for (const slice of [31, 33, 34, 36, 40]) {
        const request = scene.requestOf(slice, everything)
        expect(await steady.fetch(request)).toEqual(await restarted.fetch(request))
      }
    },
  )

  test('fetch() in the middle of a run leaves out the same of what is scraped twice', async () => {
    const scene = await sceneOf({ decoys: false })
    const again = scene.world.series
      .filter(twice)
      .map((one) => ({ ...one, labels: { ...one.labels, job: 'again' } }))
    scene.server.load([...scene.world.series, ...again])
    const [steady, restarted] = [scene.sourceOf(), scene.sourceOf(undefined, { cacheBytes: 1 })]
    for (const slice of [31, 32, 36, 40]) {
      const request = scene.requestOf(slice, everything)
      const got = await steady.fetch(request)
      expect(got).toEqual(await restarted.fetch(request))
      expect(rowsByPod(got, 'errors')).not.toEqual({})
    }
  })

  test('fetch() whose first look saw nothing does not settle how time is cut', async () => {
    const scene = await sceneOf({ scrapeSeconds: 45 })
    const source = scene.sourceOf()
    scene.server.setFault({ kind: 'status', status: 500 })
    expect((await source.fetch(scene.requestOf(38, errors))).metrics).toEqual({})
    scene.server.setFault(undefined)
    expect((await source.fetch(scene.requestOf(40, errors))).sliceSeconds).toBe(90)
  })
})
