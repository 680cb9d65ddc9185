import { afterEach, describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { AppError } from '../../../src/errors.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'
import type { Log, MetricSource } from '../../../src/judge/ports/ports.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import type { SourceOptions } from '../../../src/sources/source.ts'
import type { Fault } from '../../support/simulated-prometheus/fault.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import {
  type ServedCall,
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { type RolloutOptions, simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import { createWorld, type World, type WorldOptions } from '../../support/simulated-world/create-world.ts'
import { boundsOf, policyOf, requestOf, rowsByPod, runOf, silent, timeOfSlice } from './source-case.ts'
import { settingsOf } from './stub-server.ts'
import { startStopwatch } from '../../support/measures/stopwatch.ts'

const closing: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((resource) => resource.close()))
})

const rollout = (options: Partial<RolloutOptions> = {}): Recording =>
  simulateRollout({
    seed: 'source',
    start: '2026-02-01T00:00:00Z',
    history: 30,
    plan: [
      { weight: 20, minutes: 5, pods: 1 },
      { weight: 50, minutes: 5, pods: 2 },
    ],
    stablePods: 3,
    traffic: { rps: 20, podSd: 0.2 },
    ...options,
  })

const recording = rollout()

interface Scene {
  readonly world: World
  readonly server: SimulatedPrometheus
  readonly source: MetricSource
  readonly calls: ServedCall[]
  readonly fetch: (slice: number, change?: Parameters<typeof requestOf>[3]) => Promise<Recording>
  /** The time of both clocks, in milliseconds. */
  now: number
}

const metrics = `  - {name: errors, kind: errors}
  - {name: latency, kind: latency, limit: 500ms}
  - {name: conversion, kind: conversion, good: orders_completed_total, total: checkouts_started_total}
  - {name: memory, kind: gauge, query: 'container_memory_working_set_bytes{container!=""}'}
`

async function sceneOf(
  options: Partial<WorldOptions> = {},
  setup: Partial<SourceOptions> & {
    readonly policy?: string
    readonly history?: string
    readonly timeoutMs?: number
  } = {},
): Promise<Scene> {
  const world = createWorld({ recording, convention: 'application', seed: 's', ...options })
  const calls: ServedCall[] = []
  const clock = { now: () => scene.now }
  const server = await startSimulatedPrometheus({
    clock,
    series: world.series,
    onCall: (call) => calls.push(call),
  })
  const { timeoutMs = 5000, policy = metrics, history = 'history: 30m', ...sourceOptions } = setup
  const sources = { default: settingsOf(server.url, { timeoutMs }) }
  const source = createSourceSet({ sources, clock, log: silent, ...sourceOptions })
  const run = runOf(world.identity, timeOfSlice(world.expected, world.expected.rolloutStart))
  const scene: Scene = {
    world,
    server,
    source,
    calls,
    now: 0,
    fetch: (slice, change) => {
      scene.now = timeOfSlice(world.expected, slice) + 20_000
      return source.fetch(requestOf(policyOf('pods', policy, history), run, scene.now, change))
    },
  }
  closing.push(source, server)
  return scene
}

function expectAll(got: Recording, expected: Recording, slices = expected.slices): void {
  const bounds = boundsOf(got, 'latency')
  const cut = (rows: unknown): unknown =>
    JSON.parse(JSON.stringify(rows, (_, value: unknown) => shortened(value, slices)))
  for (const metric of Object.keys(expected.metrics)) {
    const [is, should] = [rowsByPod(got, metric, bounds), rowsByPod(expected, metric, bounds)]
    expect(cut(is)).toEqual(cut(should))
  }
}

function shortened(value: unknown, slices: number): unknown {
  const isRow = Array.isArray(value) && value.every((item) => item === null || typeof item === 'number')
  return isRow && value.length >= slices ? value.slice(0, slices) : value
}

/** The number of boundaries that a range query asks for. */
const pointsOf = (params: URLSearchParams): readonly number[] =>
  params.has('step')
    ? [(Number(params.get('end')) - Number(params.get('start'))) / Number(params.get('step')) + 1]
    : []

const codes = (got: Recording): readonly string[] => [
  ...new Set((got.problems ?? []).map(({ code }) => code)),
]

describe('fetch()', () => {
  test('fetch() of a whole rollout gives all of it, in the format, fit for the engine', async () => {
    const { fetch, world } = await sceneOf()
    const got = await fetch(world.expected.slices)
    expect(got.problems).toEqual([])
    expectAll(got, world.expected)
    expect(parseRecording(JSON.parse(JSON.stringify(got)))).toEqual(got)
    expect(analyze(got, policyOf('pods', metrics)).judged).not.toBe('fail')
    const latency = got.metrics['latency']
    expect(latency?.kind === 'latency' && latency.shape?.bounds.length).toBe(18)
  })

  test('fetch() slice by slice gives the same as at once, and asks only for what is new', async () => {
    const slow = await sceneOf()
    for (const [slice, points] of [
      [35, 36],
      [36, 2],
      [40, 5],
    ] as const) {
      slow.calls.length = 0
      const got = await slow.fetch(slice)
      expect(new Set(slow.calls.flatMap(({ params }) => pointsOf(params)))).toEqual(new Set([points]))
      expect(got).toEqual(await (await sceneOf()).fetch(slice))
      expect(got.slices).toBe(slice)
    }
  })

  test('fetch() again at the same slice asks for the time alone', async () => {
    const { fetch, calls } = await sceneOf()
    const first = await fetch(35)
    calls.length = 0
    expect(await fetch(35)).toEqual(first)
    expect(calls.filter(({ params }) => params.get('query') !== 'time()' && params.has('step'))).toEqual([])
  })

  test('fetch() of the past after the present cuts what is known', async () => {
    const { fetch } = await sceneOf()
    await fetch(40)
    const got = await fetch(36)
    expect(got).toEqual(await (await sceneOf()).fetch(36))
  })

  test('fetch() with a cache that is too small gives the same', async () => {
    const { fetch } = await sceneOf({}, { cacheBytes: 10 })
    await fetch(35)
    expect(await fetch(36)).toEqual(await (await sceneOf()).fetch(36))
  })

  test('fetch() counts on over restarts and an outage of all', async () => {
    const restarts = [
      { of: 'pod', index: 0, slice: 12 },
      { of: 'pod', index: 3, slice: 33 },
    ] as const
    const { fetch, world } = await sceneOf({ restarts, outages: [{ slice: 20, slices: 2 }] })
    const got = await fetch(world.expected.slices)
    expectAll(got, world.expected)
    expect(codes(got)).toEqual(['counter-reset'])
  })

  test('fetch() leaves a slice out until it is settled by the clock of the server', async () => {
    const { fetch, world } = await sceneOf()
    const until = (seconds: number): number => timeOfSlice(world.expected, 35) + seconds * 1000
    const run = runOf(world.identity, timeOfSlice(world.expected, 30))
    const request = requestOf(policyOf('pods', metrics, 'history: 30m'), run, until(14))
    const at = async (seconds: number): Promise<number> =>
      (await fetch(35, { ...request, until: until(seconds) })).slices
    expect([await at(14), await at(15)]).toEqual([34, 35])
  })

  test('fetch() names a clock that differs from ours, and goes by the server', async () => {
    const scene = await sceneOf()
    const { source, world } = scene
    scene.now = timeOfSlice(world.expected, 35)
    const ours = scene.now + 120_000
    const skewed = createSourceSet({
      sources: { default: settingsOf(scene.server.url) },
      clock: { now: () => ours },
      log: silent,
    })
    closing.push(skewed)
    const run = runOf(world.identity, timeOfSlice(world.expected, 30))
    const got = await skewed.fetch(requestOf(policyOf('pods', metrics, 'history: 30m'), run, ours))
    expect(got.slices).toBe(34)
    expect(got.problems).toEqual([
      { code: 'clock-skew', text: 'the clock of Prometheus is 120 s behind ours' },
    ])
    expect(source).not.toBe(skewed)
  })

  test('fetch() without history takes all bounds', async () => {
    const short = rollout({ history: 0 })
    const { fetch, world } = await sceneOf({ recording: short, lead: 0 }, { history: 'history: 0s' })
    const got = await fetch(world.expected.slices)
    expect([got.rolloutStart, boundsOf(got, 'latency').length]).toEqual([0, 18])
    expect(rowsByPod(got, 'memory')).toEqual(rowsByPod(world.expected, 'memory'))
  })

  test('fetch() puts more than sixty pods of an arm into sixty groups, with the same sums', async () => {
    const crowd = rollout({ stablePods: 70, history: 8, plan: [{ weight: 10, minutes: 4, pods: 2 }] })
    const { fetch, world } = await sceneOf({ recording: crowd, decoys: false }, { history: 'history: 8m' })
    const got = await fetch(world.expected.slices)
    const stable = got.pods.filter(({ arm }) => arm === 'stable')
    expect(stable.length).toBeLessThanOrEqual(60)
    expect(stable.every(({ name }) => /^stable-group-\d\d$/.test(name))).toBe(true)
    expect(got.pods.filter(({ arm }) => arm === 'canary')).toHaveLength(2)
    expect(sumOf(got, 'errors')).toBe(sumOf(world.expected, 'errors'))
  })

  test('fetch() counts a pod that is scraped twice once, and says so', async () => {
    const world = createWorld({ recording, convention: 'application', seed: 's', decoys: false })
    const twice = world.series.flatMap((series): SimulatedSeries[] => [
      series,
      { ...series, labels: { ...series.labels, job: 'again' } },
    ])
    const scene = await sceneOf({ decoys: false })
    scene.server.load(twice)
    const got = await scene.fetch(40)
    expect(codes(got)).toEqual(['duplicate-target'])
    expect(sumOf(got, 'errors')).toBe(sumOf(world.expected, 'errors'))
  })

  test('fetch() keeps its first reading where samples come late, and says so', async () => {
    const scene = await sceneOf()
    const { series } = scene.world
    const held = (one: SimulatedSeries): SimulatedSeries => {
      const until = timeOfSlice(scene.world.expected, 35) - 90_000
      const count = Array.from(one.times).filter((time) => time <= until).length
      return {
        ...one,
        times: Array.from(one.times).slice(0, count),
        values: Array.from(one.values).slice(0, count),
      }
    }
    scene.server.load(series.map(held))
    const before = await scene.fetch(35)
    scene.server.load(series)
    const after = await scene.fetch(36)
    expect(codes(after)).toEqual(['late-samples'])
    expect(JSON.stringify(firstRow(after))).toContain(JSON.stringify(firstRow(before)).slice(0, -1))
  })

  test('fetch() refuses to be blind: a label for failures that no series has', async () => {
    const healthy = rollout({ service: { ...rolloutDefaults.service, errorRate: 0 } })
    const policy = (label: string): string =>
      `  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{${label}=~"5.."}'}\n`
    const read = async (label: string): Promise<Recording> =>
      (await sceneOf({ recording: healthy, decoys: false }, { policy: policy(label) })).fetch(35)
    expect((await read('status')).problems).toEqual([
      {
        code: 'source-invalid',
        metric: 'errors',
        text: 'errors: no series has the label status, so what it tells apart cannot be seen',
      },
    ])
    const got = await read('code')
    expect([got.problems, sumOf(got, 'errors') > 0]).toEqual([[], true])
  })

  test('fetch() refuses to be blind for one arm, also where it comes later', async () => {
    const scene = await sceneOf({ decoys: false }, { policy: '  - {name: errors, kind: errors}\n' })
    const { series, identity } = scene.world
    scene.server.load(
      series.map((one) => {
        const { code = '', ...labels } = one.labels
        const isCanary = (labels['pod'] ?? '').includes(identity.revisions.canary)
        return isCanary && code !== '' ? { ...one, labels: { ...labels, status: code } } : one
      }),
    )
    expect((await scene.fetch(29)).problems?.map(({ code }) => code)).not.toContain('source-invalid')
    for (const slice of [34, 35]) {
      expect((await scene.fetch(slice)).problems).toEqual([
        {
          code: 'source-invalid',
          metric: 'errors',
          text: 'errors: no series of the canary has the label code, so what it tells apart cannot be seen',
        },
      ])
    }
  })

  describe('fetch() is not blind where only failures have the label that tells them', () => {
    const errorsBy = (matcher: string): string =>
      `  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{${matcher}}'}\n`

    test.each([
      ['error_type=~"5..|timeout"', 'the canary', undefined],
      ['error_type!=""', 'the canary', undefined],
      ['error_type!=""', 'anybody', undefined],
      ['error_type=~".+"', 'anybody', undefined],
      ['error_type=~"5..|timeout"', 'anybody', 'source-invalid'],
    ])('%s, without a failure of %s: %s', async (matcher, whose, code) => {
      const scene = await sceneOf({ decoys: false }, { policy: errorsBy(matcher) })
      const { series, identity } = scene.world
      scene.server.load(
        series.flatMap((one) => {
          const { code: status = '', ...labels } = one.labels
          const isCanary = (labels['pod'] ?? '').includes(identity.revisions.canary)
          if (!status.startsWith('5')) return [{ ...one, labels }]
          return whose === 'anybody' || isCanary
            ? []
            : [{ ...one, labels: { ...labels, error_type: status } }]
        }),
      )
      for (const slice of [29, 34, 35]) {
        expect(codes(await scene.fetch(slice)).includes('source-invalid')).toBe(code !== undefined)
      }
    })
  })

  test('fetch() tells of a canary whose buckets are others that its series are there', async () => {
    const scene = await sceneOf({ decoys: false }, { policy: '  - {name: p95, kind: latency}\n' })
    const { series, identity } = scene.world
    scene.server.load(
      series.map((one) => {
        const le = Number(one.labels['le'])
        const isCanary = (one.labels['pod'] ?? '').includes(identity.revisions.canary)
        return isCanary && Number.isFinite(le)
          ? { ...one, labels: { ...one.labels, le: String(le * 1.37) } }
          : one
      }),
    )
    const texts = (await scene.fetch(35)).problems?.map(({ code, text }) => `${code}: ${text}`)
    expect(texts).toEqual([
      expect.stringMatching(
        /^source-invalid: p95: \d targets? ha(s|ve) other bucket bounds than stable had, which leaves out /,
      ),
      'no-canary-series: p95: series of the canary are there, none of them counted yet',
    ])
  })

  test('fetch() tells which arm has no series', async () => {
    const scene = await sceneOf()
    const run = runOf(scene.world.identity, timeOfSlice(recording, 30), { revision: 'zzzzz' })
    const got = await scene.fetch(35, { run })
    expect(codes(got)).toEqual(['no-canary-series'])
    expect(Object.keys(got.metrics)).toHaveLength(4)
    const neither = await scene.fetch(35, { run: { ...run, stableRevision: 'bbbbb', id: 'other' } })
    expect([codes(neither), neither.metrics]).toEqual([['no-canary-series', 'no-stable-series'], {}])
  })

  test.each([
    ['30s', 'coarse-scrape', 4, 'scraped every 45 s, the slice is 30 s; set a slice of at least 45 s'],
    ['60s', 'coarse-scrape', 4, 'scraped every 45 s, the slice is 60 s; better is a slice of 90 s'],
    ['90s', undefined, 4, ''],
    ['auto', undefined, 4, ''],
  ])('fetch() with a slice of %s holds the scrape interval against it', async (slice, code, _, text) => {
    const { fetch } = await sceneOf({ scrapeSeconds: 45 }, { history: `history: 30m\nslice: ${slice}` })
    const got = await fetch(40)
    expect(codes(got)).toEqual(code === undefined ? [] : [code])
    expect(got.problems?.[0]?.text ?? '').toContain(text)
    expect(Object.hasOwn(got.metrics, 'errors')).toBe(slice !== '30s')
    expect(got.sliceSeconds).toBe({ '30s': 30, '60s': 60 }[slice] ?? 90)
  })

  test('fetch() rejects when its signal aborts', async () => {
    const { fetch } = await sceneOf()
    await expect(fetch(35, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  test.each([
    ['an unknown source', metrics.replace('kind: errors', 'kind: errors, source: nope')],
    ['a function as a selector', "  - {name: e, kind: errors, total: 'rate(x[5m])', bad: x}\n"],
    ['no selector', '  - {name: c, kind: conversion}\n'],
    ['no query', '  - {name: g, kind: gauge}\n'],
    ['an unknown preset', '  - {name: e, kind: errors, select: nope}\n'],
  ])('fetch() of a policy with %s is a bad request', async (_, policy) => {
    const { fetch } = await sceneOf({}, { policy })
    await expect(fetch(35)).rejects.toThrow(AppError)
  })

  test('fetch() tells the telemetry how each query went', async () => {
    const heard: string[] = []
    const { fetch } = await sceneOf(
      {},
      { telemetry: { query: (source, result) => heard.push(`${source} ${result}`) } },
    )
    await fetch(35)
    expect(new Set(heard)).toEqual(new Set(['default ok']))
  })
})

function sumOf(got: Recording, metric: string): number {
  const data = got.metrics[metric]
  const rows = data?.kind === 'errors' ? [...data.total, ...data.bad] : []
  return rows.flatMap((row) => row ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

function firstRow(got: Recording): unknown {
  const data = got.metrics['errors']
  return data?.kind === 'errors' ? data.total[0] : undefined
}

const heardBy = (lines: object[]): Log => ({ ...silent, warn: (fields) => lines.push(fields) })

describe('fetch() from a source that fails', () => {
  test('fetch() with one of two sources down loses only its metrics', async () => {
    const scene = await sceneOf()
    const lines: object[] = []
    const source = createSourceSet({
      sources: { default: settingsOf(scene.server.url), other: settingsOf('http://127.0.0.1:9') },
      clock: { now: () => scene.now },
      log: heardBy(lines),
    })
    closing.push(source)
    const policy = policyOf(
      'pods',
      metrics.replace('kind: errors', 'kind: errors, source: other'),
      'history: 30m',
    )
    await scene.fetch(35)
    const run = runOf(scene.world.identity, timeOfSlice(recording, 30))
    const got = await source.fetch(requestOf(policy, run, scene.now))
    expect(Object.keys(got.metrics)).toEqual(['latency', 'conversion', 'memory'])
    expect(got.problems).toEqual([
      { code: 'source-down', metric: 'errors', text: 'errors: no connection to Prometheus (ECONNREFUSED)' },
    ])
    expect(lines).toHaveLength(1)
  })

  test.each<[Fault, string, string]>([
    [{ kind: 'down' }, 'source-down', 'no connection to Prometheus (ECONNRESET)'],
    [{ kind: 'slow', ms: 60_000 }, 'source-timeout', 'Prometheus did not answer within the deadline'],
    [{ kind: 'dripping', everyMs: 20 }, 'source-timeout', 'Prometheus did not answer within the deadline'],
    [{ kind: 'status', status: 401, body: 'no' }, 'source-refused', 'Prometheus answered 401'],
    [
      { kind: 'status', status: 302, headers: { location: '/' } },
      'source-refused',
      'Prometheus answered 302; redirects are not followed',
    ],
    [{ kind: 'html' }, 'source-invalid', 'expected JSON from Prometheus, got HTML'],
    [{ kind: 'truncated', honest: true }, 'source-invalid', 'expected JSON from Prometheus, got broken JSON'],
    [
      { kind: 'warnings', warnings: ['a store is away'] },
      'source-partial',
      'Prometheus gave partial data: a store is away',
    ],
  ])(
    'fetch() under %o answers in time with a problem for each metric, and recovers',
    async (fault, code, text) => {
      const scene = await sceneOf({}, { timeoutMs: 600 })
      scene.server.setFault(fault)
      const watch = startStopwatch()
      const got = await scene.fetch(35)
      expect(watch.elapsedMs()).toBeLessThan(2000)
      expect(got.metrics).toEqual({})
      const names = ['errors', 'latency', 'conversion', 'memory']
      const byName = (got.problems ?? []).toSorted(
        (a, b) => names.indexOf(a.metric ?? '') - names.indexOf(b.metric ?? ''),
      )
      expect(byName).toEqual(names.map((metric) => ({ code, metric, text: `${metric}: ${text}` })))
      scene.server.setFault(undefined)
      expect(await scene.fetch(36)).toEqual(await (await sceneOf()).fetch(36))
    },
  )

  test('fetch() under a fault in the middle of a run goes on where it was', async () => {
    const scene = await sceneOf()
    await scene.fetch(35)
    scene.server.setFault({ kind: 'status', status: 500 })
    const down = await scene.fetch(36)
    expect([codes(down), down.metrics]).toEqual([['source-down'], {}])
    scene.server.setFault(undefined)
    scene.calls.length = 0
    expect(await scene.fetch(37)).toEqual(await (await sceneOf()).fetch(37))
    expect(new Set(scene.calls.flatMap(({ params }) => pointsOf(params)))).toEqual(new Set([3]))
  })

  test('fetch() survives a server that is briefly overloaded', async () => {
    const scene = await sceneOf()
    scene.server.setFault({ kind: 'status', status: 503 }, 2)
    expect(await scene.fetch(36)).toEqual(await (await sceneOf()).fetch(36))
  })

  test('fetch() splits what is too large, and names what stays too large', async () => {
    const { fetch } = await sceneOf({}, { maxResponseBytes: 9000 })
    const got = await fetch(40)
    const whole = await (await sceneOf()).fetch(40)
    expect(rowsByPod(got, 'memory')).toEqual(rowsByPod(whole, 'memory'))
    const tiny = await (await sceneOf({}, { maxResponseBytes: 300 })).fetch(40)
    expect(codes(tiny)).toEqual(['source-too-large'])
  })
})
