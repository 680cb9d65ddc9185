import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startExporter, type Exporter } from './exporter.ts'
import {
  prometheusMissing,
  startPrometheus,
  type PrometheusOptions,
  type PrometheusServer,
} from './prometheus.ts'
import { remoteWrite, toNativeHistogram } from './remote-write.ts'

const missing = prometheusMissing()

describe.skipIf(missing !== undefined)(`the real Prometheus ${missing ?? ''}`, () => {
  const servers: PrometheusServer[] = []
  const exporters: Exporter[] = []
  const start = async (options: PrometheusOptions): Promise<PrometheusServer> => {
    const server = await startPrometheus(options)
    servers.push(server)
    return server
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })
  afterAll(async () => {
    await Promise.all(exporters.map((exporter) => exporter.close()))
  })

  test('startPrometheus({openMetrics}) answers with the samples of years ago, as written', async () => {
    const at = Date.UTC(2024, 4, 1) / 1000
    const openMetrics = `# TYPE hits counter\nhits_total{pod="a"} 3 ${at}\nhits_total{pod="a"} 7 ${at + 60}\n# EOF\n`
    const server = await start({ openMetrics })
    expect(await query(server, `hits_total[2m]`, at + 60)).toEqual([
      {
        metric: { __name__: 'hits_total', pod: 'a' },
        values: [
          [at, '3'],
          [at + 60, '7'],
        ],
      },
    ])
  })

  test('startPrometheus({openMetrics}) rejects with what promtool says of broken text', async () => {
    await expect(startPrometheus({ openMetrics: 'hits_total 1 1' })).rejects.toThrow(/EOF/)
  })

  test('startPrometheus({externalPath}) serves under the path', async () => {
    const server = await start({ externalPath: '/prometheus' })
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/prometheus$/)
    expect(await query(server, 'vector(1)', 0)).toEqual([{ metric: {}, value: [0, '1'] }])
  })

  test('remoteWrite(floats and native histograms) can be read back bucket by bucket', async () => {
    const server = await start({ receiver: true })
    const now = Math.floor(Date.now() / 1000)
    const values = [0, 0.1, 0.1, 0.25, 3, 1e4]
    await remoteWrite(server.url, [
      {
        labels: { pod: 'a', __name__: 'hits_total' },
        samples: [
          { at: (now - 60) * 1000, value: 5 },
          { at: now * 1000, value: 9.5 },
        ],
      },
      {
        labels: { __name__: 'latency_seconds' },
        histograms: [toNativeHistogram(values, { at: now * 1000 })],
      },
    ])
    expect(await query(server, 'hits_total', now)).toEqual([
      { metric: { __name__: 'hits_total', pod: 'a' }, value: [now, '9.5'] },
    ])
    expect(await query(server, 'latency_seconds', now)).toMatchObject([
      {
        histogram: [
          now,
          {
            count: '6',
            sum: '10003.45',
            buckets: [
              [3, expect.any(String), expect.any(String), '1'],
              [0, expect.any(String), expect.any(String), '2'],
              [0, expect.any(String), '0.25', '1'],
              [0, expect.any(String), expect.any(String), '1'],
              [0, expect.any(String), expect.any(String), '1'],
            ],
          },
        ],
      },
    ])
  })

  test('startPrometheus({scrape}) sees a target live, restart and die', async () => {
    const exporter = await startExporter()
    exporters.push(exporter)
    exporter.show('web-1', ['hits_total 40'])
    const target = { job: 'web', address: exporter.address, path: exporter.pathOf('web-1') }
    const server = await start({
      scrape: { intervalSeconds: 1, targets: [{ ...target, labels: { instance: 'web-1:80' } }] },
    })
    await exporter.scraped('web-1', 2)
    exporter.show('web-1', ['hits_total 2'])
    await exporter.scraped('web-1', 3)
    expect(await query(server, 'resets(hits_total{job="web", instance="web-1:80"}[1m])')).toMatchObject([
      { value: [expect.any(Number), '1'] },
    ])
    exporter.show('web-1', undefined)
    await exporter.scraped('web-1', 3)
    expect(await query(server, 'hits_total')).toEqual([])
  })
})

const query = async (server: PrometheusServer, text: string, time?: number): Promise<unknown> => {
  const body = new URLSearchParams({ query: text, ...(time === undefined ? {} : { time: String(time) }) })
  const answer = await fetch(`${server.url}/api/v1/query`, { method: 'POST', body })
  const { data }: { data?: { result?: unknown } } = JSON.parse(await answer.text())
  return data?.result
}
