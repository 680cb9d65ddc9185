import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { MetricSource } from '../../../src/judge/ports/ports.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { toOpenMetrics } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { policyOf, sourceFor } from './source-case.ts'
import { json, matrix, startStub } from './stub-server.ts'

const now = Date.parse('2026-02-01T12:00:20Z')
const minute = 60_000
const quietMs = 10 * minute
const [canary, stable, previous] = ['5c6b8d7f4', '7d9f4b5c6', '6f5d4c3b2']
const errors = '  - {name: errors, kind: errors}\n'

interface Shown {
  readonly pod?: string
  readonly namespace?: string
  readonly every?: number
  readonly name?: string
  /** The start and the end, in minutes before now. */
  readonly times: readonly (readonly [number, number])[]
}

/** The series of one pod. No marker ends it, as in a server that was filled from a file. */
function shown({ times: stretches, ...more }: Shown): SimulatedSeries {
  const { pod = `web-${canary}-x7k2p`, namespace = 'shop', every = 30, name = 'http_requests_total' } = more
  const times = stretches.flatMap(([from, to]) => {
    const count = Math.floor(((from - to) * 60) / every)
    return Array.from({ length: count }, (_, i) => now - from * minute + i * every * 1000)
  })
  return { labels: { __name__: name, namespace, pod, code: '200' }, times, values: times.map((_, i) => i) }
}

const stablePod: Shown = { pod: `web-${stable}-bcdfg`, times: [[420, 0]] }

interface Scene {
  readonly series: readonly Shown[]
  /** When the canary came, in minutes before now; undefined = it has not come. */
  readonly came: number | undefined
}

const scenes: Readonly<Record<string, Scene>> = {
  'a canary that came twelve minutes ago': { series: [{ times: [[12, 0]] }], came: 12 },
  'a canary that came half a minute ago': { series: [{ times: [[0.5, 0]] }], came: 0.5 },
  'no canary': { series: [], came: undefined },
  'a canary that has gone eleven minutes ago': { series: [{ times: [[30, 11]] }], came: undefined },
  'a canary that is silent for nine minutes': { series: [{ times: [[30, 9]] }], came: 30 },
  'a pause of nine minutes': {
    series: [
      {
        times: [
          [40, 25],
          [16, 0],
        ],
      },
    ],
    came: 40,
  },
  'a pause of eleven minutes': {
    series: [
      {
        times: [
          [40, 27],
          [16, 0],
        ],
      },
    ],
    came: 16,
  },
  'an earlier rollout of the same revision': {
    series: [
      {
        times: [
          [300, 240],
          [100, 95],
          [20, 0],
        ],
      },
    ],
    came: 20,
  },
  'pods that relieve each other': {
    series: [
      { times: [[40, 20]] },
      { pod: `web-${canary}-bcdfg`, times: [[14, 5]] },
      { pod: `web-${canary}-hjklm`, times: [[6, 0]] },
    ],
    came: 40,
  },
  'scrapes every five minutes': { series: [{ every: 300, times: [[47, 0]] }], came: 47 },
  'others with similar names': {
    series: [
      { pod: `web-api-${canary}-x7k2p`, times: [[200, 0]] },
      { namespace: 'shop-staging', times: [[200, 0]] },
      { pod: `web-${previous}-x7k2p`, times: [[200, 0]] },
      { times: [[7, 0]] },
    ],
    came: 7,
  },
  'others with similar names alone': {
    series: [
      { pod: `web-api-${canary}-x7k2p`, times: [[200, 0]] },
      { namespace: 'shop-staging', times: [[200, 0]] },
      { pod: `web-${previous}-x7k2p`, times: [[200, 0]] },
    ],
    came: undefined,
  },
}

const run = { namespace: 'shop', name: 'web', revision: canary, stableRevision: stable }

function startIn(
  source: MetricSource,
  metrics = errors,
  namespace = 'shop',
  since = now,
): Promise<number | undefined> {
  const request = {
    policy: policyOf('pods', metrics),
    run: { ...run, namespace },
    params: {},
    until: now,
    since,
  }
  if (source.canaryStart === undefined) throw new Error('expected a source that knows starts')
  return source.canaryStart({ ...request, quietMs, signal: AbortSignal.timeout(10_000) })
}

/** The start of the minute, or of the one before it, so that the first data lie in the slice that follows. */
function expectStart(start: number | undefined, came: number | undefined): void {
  const at = came === undefined ? undefined : now - came * minute
  expect(start === undefined).toBe(at === undefined)
  expect((at ?? 0) - (start ?? 0)).toBeGreaterThanOrEqual(0)
  expect((at ?? 0) - (start ?? 0)).toBeLessThanOrEqual(minute)
  expect((start ?? 0) % minute).toBe(0)
}

const closing: { close(): unknown }[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((resource) => resource.close()))
})

async function before(...series: readonly Shown[]): Promise<{
  readonly server: SimulatedPrometheus
  readonly source: MetricSource
}> {
  const clock = { now: () => now }
  const server = await startSimulatedPrometheus({ clock, series: [stablePod, ...series].map(shown) })
  const source = sourceFor(server.url, { clock })
  closing.push(server, source)
  return { server, source }
}

describe('canaryStart()', () => {
  test.each(Object.entries(scenes))('canaryStart() sees %s', async (_, { series, came }) => {
    const { source } = await before(...series)
    expectStart(await startIn(source), came)
  })

  test('canaryStart() goes by requests before anything else', async () => {
    const { source } = await before(
      { times: [[8, 0]] },
      { name: 'memory_bytes', times: [[60, 0]] },
      { name: 'http_request_duration_seconds_bucket', times: [[60, 0]] },
    )
    const all = `  - {name: memory, kind: gauge, query: memory_bytes}\n  - {name: p95, kind: latency}\n${errors}`
    expectStart(await startIn(source, all), 8)
  })

  test('canaryStart() goes by a gauge where there is nothing else', async () => {
    const { source } = await before({ name: 'memory_bytes', times: [[33, 0]] })
    expectStart(await startIn(source, '  - {name: memory, kind: gauge, query: memory_bytes}\n'), 33)
  })

  test('canaryStart() goes by a native histogram where there is no classic one', async () => {
    const { source } = await before({ name: 'http_request_duration_seconds', times: [[21, 0]] })
    expectStart(await startIn(source, '  - {name: p95, kind: latency}\n'), 21)
  })

  test('canaryStart() of a canary that has been there for longer than six hours is six hours ago', async () => {
    const { source } = await before({ times: [[400, 0]] })
    expectStart(await startIn(source), 361)
  })

  test.each([
    [now - 420 * minute, 400],
    [now - 390 * minute, 391],
    [now - 10 * minute, 361],
  ])('canaryStart() of a canary that came 400 minutes ago, asked since %d', async (since, came) => {
    const { source } = await before({ times: [[400, 0]] })
    expectStart(await startIn(source, errors, 'shop', since), came)
  })

  test('canaryStart() looks back a day at most', async () => {
    const { source } = await before({ every: 60, times: [[3000, 0]] })
    expectStart(await startIn(source, errors, 'shop', now - 2900 * minute), 1441)
  })

  describe('of what a proxy counts, whose series stay from one rollout to the next', () => {
    /** The requests in each minute before now, while the series exists. */
    const counted = (
      canaryLabel: string,
      { since, perMinute }: { readonly since: number; readonly perMinute: (minutesAgo: number) => number },
      instance = 'a',
    ): SimulatedSeries => {
      let sum = 0
      const steps = Array.from({ length: since * 2 }, (_, i) => since - i / 2)
      return {
        labels: {
          __name__: 'nginx_ingress_controller_requests',
          namespace: 'shop',
          ingress: 'web',
          canary: canaryLabel,
          status: '200',
          instance,
        },
        times: steps.map((ago) => now - ago * minute),
        values: steps.map((ago) => (sum += perMinute(ago))),
      }
    }
    const steady = counted('', { since: 300, perMinute: () => 60 })
    const during =
      (...stretches: readonly (readonly [number, number])[]) =>
      (ago: number): number =>
        stretches.some(([from, to]) => ago <= from && ago > to) ? 5 : 0

    test.each<[string, readonly SimulatedSeries[], number | undefined]>([
      [
        'an earlier rollout',
        [counted('web-canary', { since: 200, perMinute: during([150, 120], [12, 0]) })],
        12,
      ],
      [
        'only an earlier rollout',
        [counted('web-canary', { since: 200, perMinute: during([150, 120]) })],
        undefined,
      ],
      ['a first rollout', [counted('web-canary', { since: 9, perMinute: () => 5 })], 9],
      [
        'pauses below ten minutes',
        [counted('web-canary', { since: 90, perMinute: during([40, 30], [22, 15], [6, 0]) })],
        40,
      ],
      [
        'data that begin in the middle',
        [
          counted('', { since: 30, perMinute: () => 60 }),
          counted('web-canary', { since: 30, perMinute: during([8, 0]) }),
        ],
        8,
      ],
      [
        'a proxy that restarts while nobody asks for the canary',
        [
          {
            ...counted('web-canary', { since: 60, perMinute: () => 0 }),
            values: Array.from({ length: 120 }, (_, i) => (i < 92 ? 900 : i < 106 ? 0 : i - 105)),
          },
        ],
        7,
      ],
      [
        'a proxy that restarts, and one that comes',
        [
          {
            ...counted('web-canary', { since: 60, perMinute: during([7, 0]) }),
            values: Array.from({ length: 120 }, (_, i) => (i < 106 ? 900 : i - 105)),
          },
          counted('web-canary', { since: 5, perMinute: () => 5 }, 'b'),
        ],
        7,
      ],
    ])('canaryStart() sees %s', async (name, series, came) => {
      const clock = { now: () => now }
      const all = name.startsWith('data that') ? series : [steady, ...series]
      const server = await startSimulatedPrometheus({ clock, series: all })
      const source = sourceFor(server.url, { clock })
      closing.push(server, source)
      const request = { policy: policyOf('nginx-ingress', errors), run, params: {}, until: now, quietMs }
      expectStart(await source.canaryStart?.({ ...request, signal: AbortSignal.timeout(10_000) }), came)
    })

    test('canaryStart() sees the same in native histograms', async () => {
      const end = Math.floor(now / minute) * 60
      const histograms = Array.from({ length: 200 }, (_, i) => {
        const ago = 199 - i
        return [end - ago * 60, { count: String(900 + 5 * Math.max(12 - ago, 0)), sum: '1' }]
      })
      const canaryRow = { metric: { canary: 'web-canary', instance: 'a' }, histograms }
      const stableRow = { metric: { canary: '', instance: 'a' }, histograms }
      const stub = await startStub((request, ...rest) => {
        const isNative = request.form.get('query')?.includes('_bucket') === false
        json(200, matrix(...(isNative ? [canaryRow, stableRow] : [])))(request, ...rest)
      })
      const source = sourceFor(stub.url)
      closing.push({ close: () => stub.stop() }, source)
      const policy = policyOf('nginx-ingress', '  - {name: p95, kind: latency}\n')
      const request = { policy, run, params: {}, until: now, quietMs, signal: AbortSignal.timeout(10_000) }
      expectStart(await source.canaryStart?.(request), 12)
    })

    test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
      ['the same of a proxy that the policy selects itself', {}, 12],
      ['pods of such arms while they are there', { pod: `web-${canary}-x7k2p` }, 200],
    ])('canaryStart() sees %s', async (_, more, came) => {
      const clock = { now: () => now }
      const canaryOf = counted('b', { since: 200, perMinute: during([150, 120], [12, 0]) })
      const series = [counted('a', { since: 300, perMinute: () => 60 }), canaryOf].map((each) => ({
        ...each,
        labels: { ...each.labels, ...more },
      }))
      const server = await startSimulatedPrometheus({ clock, series })
      const source = sourceFor(server.url, { clock })
      closing.push(server, source)
      const own =
        '  - {name: errors, kind: errors, total: nginx_ingress_controller_requests, bad: \'nginx_ingress_controller_requests{status=~"5.."}\'}\n'
      const policy = policyOf('{canary: {canary: b}, stable: {canary: a}}', own)
      const request = { policy, run, params: {}, until: now, quietMs, signal: AbortSignal.timeout(10_000) }
      expectStart(await source.canaryStart?.(request), came)
    })
  })

  test.each([
    [{ kind: 'down' } as const, 'source-down'],
    [{ kind: 'html' } as const, 'source-invalid'],
    [{ kind: 'warnings', warnings: ['a store is away'] } as const, 'source-partial'],
  ])('canaryStart() under %j rejects, since it cannot be told', async (fault, kind) => {
    const { server, source } = await before({ times: [[12, 0]] })
    server.setFault(fault)
    await expect(startIn(source)).rejects.toMatchObject({ kind })
  })
})

const missing = prometheusMissing()

describe.skipIf(missing !== undefined)(`canaryStart() of a real Prometheus ${missing ?? ''}`, () => {
  const named = Object.entries(scenes).map(([name, scene], index) => ({
    name,
    namespace: `n${index}`,
    ...scene,
  }))
  let server: PrometheusServer | undefined

  beforeAll(async () => {
    const series = named.flatMap(({ namespace, series: own }) =>
      [stablePod, ...own].map((one) =>
        shown({ ...one, namespace: (one.namespace ?? 'shop').replace('shop', namespace) }),
      ),
    )
    server = await startPrometheus({ openMetrics: toOpenMetrics(series) })
  })
  afterAll(() => server?.stop())

  test.each(named)('canaryStart() sees $name', async ({ namespace, came }) => {
    const source = sourceFor(server?.url ?? '')
    closing.push(source)
    expectStart(await startIn(source, errors, namespace), came)
  })
})
