import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../../src/sources/prometheus/client/client.ts'
import {
  type ScrapeInterval,
  scrapeInterval,
} from '../../../src/sources/prometheus/discovery/scrape-interval.ts'
import type { SimulatedSeries } from '../../support/simulated-prometheus/simulated-series.ts'
import { startSimulatedPrometheus } from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { toOpenMetrics } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { json, matrix, settingsOf, startStub, vector } from './stub-server.ts'

const now = Date.parse('2026-02-01T12:00:00Z')
const second = 1000
const closing: { close(): unknown }[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((resource) => resource.close()))
})

interface Scraped {
  readonly every: number
  readonly pod?: string
  /** How many seconds after the full interval the scrapes come. */
  readonly phase?: number
  /** How many seconds a scrape may be early or late. */
  readonly jitter?: number
  readonly minutes?: number
  /** The start and the end of a time without scrapes, in minutes ago. */
  readonly away?: readonly [number, number]
  /** Which scrape is missing, counted back from the latest. */
  readonly missed?: number
  readonly labels?: Readonly<Record<string, string>>
}

function scraped(scrapes: Scraped): SimulatedSeries {
  const { every, pod = 'a', phase = 0, jitter = 0, minutes = 60, away, missed, labels = {} } = scrapes
  const random = createRandom(JSON.stringify(scrapes))
  const last = Math.floor((now / second - phase) / every) * every + phase
  const count = Math.floor((minutes * 60) / every)
  const times = Array.from({ length: count }, (_, i) => count - 1 - i)
    .filter((back) => back !== missed)
    .map((back) => Math.round((last - back * every + (2 * uniform(random) - 1) * jitter) * second))
    .filter((at) => at <= now)
    .filter((at) => away === undefined || at < now - away[0] * 60_000 || at > now - away[1] * 60_000)
  return { labels: { __name__: 'hits_total', pod, ...labels }, times, values: times.map((_, i) => i) }
}

async function intervalFrom(url: string, selector = 'hits_total{pod=~".+"}'): Promise<unknown> {
  const client = createClient({ settings: settingsOf(url) })
  closing.push(client)
  return scrapeInterval(client, selector, now / second, AbortSignal.timeout(5000))
}

async function intervalOf(...scrapes: readonly Scraped[]): Promise<ScrapeInterval | undefined> {
  const server = await startSimulatedPrometheus({ clock: { now: () => now }, series: scrapes.map(scraped) })
  closing.push(server)
  const client = createClient({ settings: settingsOf(server.url) })
  closing.push(client)
  return scrapeInterval(client, 'hits_total{pod=~".+"}', now / second, AbortSignal.timeout(5000))
}

const usual = [5, 10, 15, 20, 30, 40, 60, 90, 120, 300]

const conditions: Readonly<Record<string, (every: number) => readonly Scraped[]>> = {
  evenly: (every) => [{ every, phase: 2.5 }],
  'with jitter': (every) => [{ every, jitter: 0.04 * every, phase: every / 3 }],
  'with one missed scrape': (every) => [{ every, missed: 2, phase: 1 }],
  'with the latest but one missed, and jitter': (every) => [{ every, missed: 1, jitter: 0.03 * every }],
  'from two targets in different phases': (every) => [
    { every, phase: every * 0.1 },
    { every, pod: 'b', phase: every * 0.7, missed: 1 },
  ],
  'after an outage of half an hour that ended some scrapes ago': (every) => [
    { every, away: [30 + (3 * every) / 60, (3 * every) / 60] },
  ],
  'of a canary beside a stable that is older': (every) => [
    { every, pod: 'b', minutes: every / 15, phase: 1 },
    { every, phase: every / 2 },
  ],
}

const cases = Object.entries(conditions).flatMap(([name, of]) => usual.map((every) => ({ name, every, of })))

describe('scrapeInterval()', () => {
  test.each(cases)('scrapeInterval() reads $every s, scraped $name', async ({ every, of }) => {
    expect((await intervalOf(...of(every)))?.seconds).toBe(every)
  })

  test('scrapeInterval() is sure of what it saw several times', async () => {
    expect(await intervalOf({ every: 15 })).toEqual({ seconds: 15, sure: true })
    expect(await intervalOf({ every: 300 })).toEqual({ seconds: 300, sure: true })
    expect(await intervalOf({ every: 30, minutes: 1.5 })).toEqual({ seconds: 30, sure: false })
  })

  test('scrapeInterval() does not take the length of an outage for an interval', async () => {
    expect(await intervalOf({ every: 60, minutes: 22, away: [20.5, 0.5] })).toBe(undefined)
  })

  test('scrapeInterval() of less than two samples is undefined', async () => {
    expect(await intervalOf()).toBe(undefined)
    expect(await intervalOf({ every: 30, minutes: 0.5 })).toBe(undefined)
  })

  test('scrapeInterval() keeps an interval that nobody usually has', async () => {
    expect((await intervalOf({ every: 25 }))?.seconds).toBe(25)
  })

  test('scrapeInterval() goes by what is scraped most often', async () => {
    expect((await intervalOf({ every: 60 }, { every: 15, pod: 'b' }))?.seconds).toBe(15)
  })

  test('scrapeInterval() asks for one series, whatever its labels hold', async () => {
    const labels = { path: 'a"b\\c\n{d="e"}', 'http.route': '/x' }
    const times = [0, 30, 60, 90].map((at) => [now / second - 90 + at, '1'])
    const stub = await startStub((request, response, index) => {
      const asked = request.form.get('query') ?? ''
      const answer = asked.startsWith('topk')
        ? vector({ metric: labels, value: [now / second, '4'] })
        : matrix({ metric: labels, values: times })
      json(200, answer)(request, response, index)
    })
    closing.push({ close: () => stub.stop() })
    expect(await intervalFrom(stub.url, 'hits_total{pod=~".+"}')).toEqual({ seconds: 30, sure: true })
    expect(stub.requests.map(({ form }) => form.get('query'))).toEqual([
      'topk(1, count_over_time(hits_total{pod=~".+"}[1500s]))',
      String.raw`hits_total{pod=~".+",path="a\"b\\c\n{d=\"e\"}"}[1500s]`,
    ])
  })
})

const missing = prometheusMissing()

describe.skipIf(missing !== undefined)(`scrapeInterval() of a real Prometheus ${missing ?? ''}`, () => {
  let server: PrometheusServer | undefined

  beforeAll(async () => {
    const series = cases.flatMap(({ name, every, of }) =>
      of(every).map((one) => scraped({ ...one, labels: { case: name, every: String(every) } })),
    )
    server = await startPrometheus({ openMetrics: toOpenMetrics(series) })
  })
  afterAll(() => server?.stop())

  test.each(cases)('scrapeInterval() reads $every s, scraped $name', async ({ name, every }) => {
    const selector = `hits_total{case="${name}",every="${every}"}`
    expect(await intervalFrom(server?.url ?? '', selector)).toMatchObject({ seconds: every })
  })
})
