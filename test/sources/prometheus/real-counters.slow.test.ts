import { afterEach, describe, expect, test } from 'vitest'
import type { Recording } from '../../../src/engine/model/recording.ts'
import { createClient } from '../../../src/sources/prometheus/client/client.ts'
import { createRandom, uniform } from '../../../src/simulate/random.ts'
import { startExporter } from '../../support/parts/exporter.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { remoteWrite, toNativeHistogram } from '../../support/parts/remote-write.ts'
import { policyOf, requestOf, runOf, sourceFor } from './source-case.ts'
import { settingsOf } from './stub-server.ts'

const missing = prometheusMissing()
const stopping: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stopping.splice(0).map((stop) => stop()))
})

const identity = {
  namespace: 'shop',
  target: 'web',
  controller: 'argo',
  revisions: { stable: 'bbb', canary: 'ccc' },
  service: 'web',
  port: 80,
  ingress: 'web',
} as const
const named = { a: 'web-bbb-22222', b: 'web-bbb-bbbbb', c: 'web-ccc-ccccc' } as const

const kept = async (starting: Promise<PrometheusServer>): Promise<PrometheusServer> => {
  const server = await starting
  stopping.push(() => server.stop())
  return server
}

const sums = (recording: Recording, pod: string): readonly number[] => {
  const data = recording.metrics['errors']
  const j = recording.pods.findIndex(({ name }) => name === pod)
  const sum = (row: readonly (number | null)[] | null | undefined): number =>
    (row ?? []).reduce<number>((all, value) => all + (value ?? 0), 0)
  return data?.kind === 'errors' ? [sum(data.total[j]), sum(data.bad[j])] : []
}

const errors = '  - {name: errors, kind: errors}\n'

describe.skipIf(missing !== undefined)(`counters of a real Prometheus ${missing ?? ''}`, () => {
  test("fetch() counts a canary's first errors in full, which increase() does not", async () => {
    const start = Date.parse('2026-02-01T00:00:00Z') / 1000
    const lines: string[] = []
    const write = (pod: string, code: string, from: number, value: (minute: number) => number): void => {
      for (let at = from * 60; at <= 20 * 60; at += 15) {
        const labels = `namespace="shop",pod="${pod}",instance="${pod}",job="app",code="${code}"`
        lines.push(`http_requests_total{${labels}} ${value(Math.floor(at / 60))} ${start + at}`)
      }
    }
    write(named.a, '200', 0, (minute) => 1000 + 10 * minute)
    write(named.c, '200', 11, (minute) => 10 * (minute - 10))
    write(named.c, '500', 13, (minute) => (minute < 15 ? 7 : 9))
    const server = await kept(startPrometheus({ openMetrics: `${lines.join('\n')}\n# EOF\n` }))
    const source = sourceFor(server.url)
    const run = runOf(identity, (start + 600) * 1000)
    const until = (start + 1230) * 1000
    const got = await source.fetch(requestOf(policyOf('pods', errors, 'history: 10m'), run, until))
    expect(sums(got, named.c)).toEqual([109, 9])

    const client = createClient({ settings: settingsOf(server.url) })
    const query = `increase(http_requests_total{code="500",pod="${named.c}"}[10m])`
    const { series } = await client.instant(query, start + 1200, AbortSignal.timeout(5000))
    expect(series[0]?.values[0]).toBeLessThan(4)
    client.close()
    await source.close()
  })

  test('fetch() reads native histograms, value by value', async () => {
    const server = await kept(startPrometheus({ receiver: true }))
    const end = Math.floor(Date.now() / 60_000) * 60 - 60
    const start = end - 40 * 60
    const random = createRandom('native')
    const values = new Map<string, { readonly at: number; readonly value: number }[]>()
    for (let at = start - 60; at <= end; at += 30) {
      const series = [named.a, named.b, named.c].flatMap((pod) => {
        if (pod === named.c && at <= start + 30 * 60) return []
        const all = values.get(pod) ?? []
        values.set(pod, all)
        for (let k = 0; k < 40; k++)
          all.push({ at, value: 0.1 * Math.exp(1.2 * (uniform(random) + uniform(random) - 1)) })
        const labels = { namespace: 'shop', pod, instance: pod, job: 'app' }
        const histogram = toNativeHistogram(
          all.map(({ value }) => value),
          { at: at * 1000 },
        )
        return [{ labels: { __name__: 'http_request_duration_seconds', ...labels }, histograms: [histogram] }]
      })
      await remoteWrite(server.url, series)
    }
    const source = sourceFor(server.url)
    const run = runOf(identity, (start + 30 * 60) * 1000)
    const policy = policyOf('pods', '  - {name: latency, kind: latency}\n', 'history: 30m')
    const got = await source.fetch(requestOf(policy, run, (end + 20) * 1000))
    await source.close()

    expect(got.problems).toEqual([])
    const latency = got.metrics['latency']
    if (latency?.kind !== 'latency') throw new Error('expected a latency')
    expect(latency.bounds.length).toBeGreaterThan(4)
    expect(latency.shape?.bounds.length).toBeGreaterThan(latency.bounds.length)
    got.pods.forEach(({ name }, j) => {
      const slice = (k: number): readonly number[] =>
        (values.get(name) ?? [])
          .filter(({ at }) => at > start + k * 60 && at <= start + (k + 1) * 60)
          .map(({ value }) => value)
      const expected = latency.total[j]?.map((_, k) => (slice(k).length === 0 ? null : slice(k)))
      expect(latency.total[j]).toEqual(expected?.map((all) => all?.length ?? null))
      latency.bounds.forEach((bound, b) => {
        const slower = expected?.map((all) => all?.filter((value) => value > bound).length ?? null)
        expect(latency.above[j]?.[b]).toEqual(slower)
      })
    })
    expect(got.pods.map(({ name }) => name)).toEqual([named.a, named.b, named.c])
  })

  test(
    'fetch() follows live targets through a restart, a death and a birth',
    { timeout: 120_000 },
    async () => {
      const exporter = await startExporter()
      stopping.push(() => exporter.close())
      const show = (pod: string, total: number, bad: number): void =>
        exporter.show(pod, [
          `http_requests_total{code="200"} ${total - bad}`,
          ...(bad > 0 ? [`http_requests_total{code="500"} ${bad}`] : []),
        ])
      const all = Object.values(named)
      const targets = all.map((pod) => ({
        job: 'app',
        address: exporter.address,
        path: exporter.pathOf(pod),
        labels: { namespace: 'shop', pod, instance: pod },
      }))
      show(named.a, 100, 0)
      show(named.b, 500, 0)
      const server = await kept(startPrometheus({ scrape: { intervalSeconds: 1, targets } }))
      const ticks = (count: number): Promise<void> => exporter.scraped(named.a, count)
      await ticks(8)
      const begun = Date.now()
      for (let tick = 1; tick <= 22; tick++) {
        // a restarts at the tenth scrape; b ends at the twelfth; the canary starts at the fifth
        show(named.a, tick < 10 ? 100 + 2 * Math.min(tick, 4) : 3 + tick - 10, tick < 10 ? 0 : 1)
        if (tick < 12) show(named.b, 500 + 5 * Math.min(tick, 4), Math.min(tick, 2))
        else exporter.show(named.b, undefined)
        if (tick >= 5) show(named.c, 20 + 10 * (Math.min(tick, 14) - 5), 4)
        await ticks(1)
      }
      await ticks(22)
      const source = sourceFor(server.url)
      const policy = policyOf('pods', errors, 'history: 1m\nslice: 5s')
      const got = await source.fetch(requestOf(policy, runOf(identity, begun), Date.now()))
      await source.close()

      // 8 before the restart, then 3 and 12 more
      expect(got.problems).toMatchObject([{ code: 'counter-reset' }])
      expect(sums(got, named.a)).toEqual([8 + 15, 1])
      expect(sums(got, named.b)).toEqual([20, 2])
      expect(sums(got, named.c)).toEqual([110, 4])
    },
  )
})
