import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Fault } from './fault.ts'
import {
  startSimulatedPrometheus,
  type ServedCall,
  type SimulatedPrometheus,
  type SimulatedPrometheusOptions,
} from './start-simulated-prometheus.ts'
import { ask } from './ask.ts'

const t0 = Date.UTC(2026, 0, 5, 10)
const seconds = t0 / 1000
const series = [
  {
    labels: { __name__: 'hits_total', pod: 'a' },
    times: [t0, t0 + 60_000, t0 + 120_000],
    values: [1, 2, 4],
  },
  { labels: { __name__: 'hits_total', pod: 'b' }, times: [t0], values: [7], staleAt: [t0 + 60_000] },
]
const servers: SimulatedPrometheus[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const start = async (options: Partial<SimulatedPrometheusOptions> = {}): Promise<SimulatedPrometheus> => {
  const server = await startSimulatedPrometheus({ clock: { now: () => t0 + 120_000 }, series, ...options })
  servers.push(server)
  return server
}

const result = async (server: SimulatedPrometheus, query: string, time?: number): Promise<unknown> => {
  const { data } = await ask(server.url, '/api/v1/query', {
    query,
    ...(time === undefined ? {} : { time: String(time) }),
  })
  return data
}

describe('startSimulatedPrometheus', () => {
  test('query without a time answers for the moment of its clock', async () => {
    let now = t0
    const server = await start({ clock: { now: () => now } })
    expect(await result(server, 'time()')).toEqual({
      resultType: 'scalar',
      result: [seconds, String(seconds)],
    })
    now += 500
    expect(await result(server, 'time()')).toEqual({
      resultType: 'scalar',
      result: [seconds + 0.5, String(seconds + 0.5)],
    })
  })

  test('query knows nothing that its clock has not come to, whatever time it is asked for', async () => {
    let now = t0 + 60_000
    const server = await start({ clock: { now: () => now } })
    const count = 'sum(count_over_time(hits_total{pod="a"}[10m]))'
    const at = seconds + 120
    const vector = (value: string) => ({ resultType: 'vector', result: [{ metric: {}, value: [at, value] }] })
    expect(await result(server, count, at)).toEqual(vector('2'))
    expect(await result(server, 'sum(hits_total{pod="a"})', at)).toEqual(vector('2'))
    now = t0 + 120_000
    expect(await result(server, count, at)).toEqual(vector('3'))
    now = t0 - 1
    expect((await ask(server.url, '/api/v1/labels', {})).data).toEqual([])
    expect(await result(server, 'hits_total[10m]', at)).toEqual({ resultType: 'matrix', result: [] })
  })

  test('query finds no series between its stale marker and its next sample', async () => {
    const server = await start()
    const pods = async (at: number): Promise<unknown> => result(server, 'count(hits_total)', at)
    expect(await pods(seconds + 59)).toMatchObject({ result: [{ value: [seconds + 59, '2'] }] })
    expect(await pods(seconds + 60)).toMatchObject({ result: [{ value: [seconds + 60, '1'] }] })
  })

  test('query sees nothing of the last latencyMs, and no sample older than lookbackMs', async () => {
    const now = t0 + 90_000
    const server = await start({ clock: { now: () => now }, latencyMs: 40_000, lookbackMs: 20_000 })
    expect(await result(server, 'time()')).toMatchObject({ result: [seconds + 50, String(seconds + 50)] })
    expect(await result(server, 'time()', seconds + 60)).toMatchObject({
      result: [seconds + 50, expect.anything()],
    })
    expect(await result(server, 'hits_total{pod="a"}', seconds + 20)).toMatchObject({ result: [{}] })
    expect(await result(server, 'hits_total{pod="a"}', seconds + 21)).toMatchObject({ result: [] })
  })

  test('query leaves out the start of a range and of the lookback as version 3 does', async () => {
    for (const [version, range, latest] of [
      [2, '3', 1],
      [3, '2', 0],
    ] as const) {
      const server = await start({ version })
      const counted = await result(server, 'count_over_time(hits_total{pod="a"}[2m])', seconds + 120)
      expect(counted).toMatchObject({ result: [{ value: [seconds + 120, range] }] })
      const matrix = await result(server, 'hits_total{pod="a"}[1m]', seconds + 120)
      expect(matrix).toMatchObject({ result: [{ values: { length: version === 2 ? 2 : 1 } }] })
      const late = await result(server, 'hits_total', seconds + 420)
      expect(late).toMatchObject({ result: { length: latest } })
      const { data } = await ask(server.url, '/api/v1/status/buildinfo', {})
      expect(data).toMatchObject({ version: expect.stringMatching(new RegExp(`^${version}\\.`)) })
    }
  })

  test('GET and POST are read alike, and parameters of both kinds together', async () => {
    const calls: ServedCall[] = []
    const server = await start({ onCall: (call) => calls.push(call) })
    const query = 'sum(hits_total)'
    const got = await (await fetch(`${server.url}/api/v1/query?query=${query}`)).text()
    const posted = await (
      await fetch(`${server.url}/api/v1/query?time=${seconds}`, {
        method: 'POST',
        body: new URLSearchParams({ query }),
        headers: { 'x-scope-orgid': 'shop' },
      })
    ).text()
    expect(JSON.parse(got)).toMatchObject({ data: { result: [{ value: [seconds + 120, '4'] }] } })
    expect(JSON.parse(posted)).toMatchObject({ data: { result: [{ value: [seconds, '8'] }] } })
    expect(calls.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['/api/v1/query', got.length],
      ['/api/v1/query', posted.length],
    ])
    expect(calls[1]?.headers['x-scope-orgid']).toBe('shop')
    expect(calls[1]?.params.get('time')).toBe(String(seconds))
  })

  test('load(series) replaces all that it held', async () => {
    const server = await start()
    server.load([{ labels: { __name__: 'up', job: '' }, times: [t0], values: [1] }])
    const { data } = await ask(server.url, '/api/v1/series', { 'match[]': '{__name__=~".+"}' })
    expect(data).toEqual([{ __name__: 'up' }])
  })

  test('an unknown path is 404', async () => {
    const server = await start()
    expect((await fetch(`${server.url}/api/v1/targets`)).status).toBe(404)
  })

  test.each([
    'histogram_quantile(0.9, hits_total)',
    'hits_total / hits_total',
    'hits_total > 1',
    'avg(hits_total)',
    'sum without (pod) (hits_total)',
    'hits_total[5m:1m]',
    'hits_total @ 5',
    'timestamp(sum(hits_total))',
    '{"hits_total"}',
    'hits_total{"pod"="a"}',
    'hits_total[300]',
    'hits_total * 5m',
    'hits_total or up',
    '"text"',
  ])('query %s, which is right but not simulated, is refused and says so', async (query) => {
    const server = await start()
    const answer = await ask(server.url, '/api/v1/query', { query })
    expect(answer).toMatchObject({
      status: 400,
      errorType: 'bad_data',
      error: expect.stringContaining('not simulated'),
    })
  })

  test.each([
    ['sum(', 'unexpected end of input'],
    ['hits_total{pod=a}', 'unexpected "a"'],
    ['  ', 'no expression found in input'],
    ['rate(hits_total)', 'expected type range vector in call to function "rate", got instant vector'],
    ['timestamp(time())', 'expected type instant vector in call to function "timestamp", got scalar'],
    ['sum(time())', 'expected type instant vector in aggregation expression, got scalar'],
    ['sum(hits_total, up)', 'expected one argument'],
    ['rate()', 'expected 1 argument(s) in call to "rate", got 0'],
    ['{pod=""}', 'at least one non-empty matcher'],
    ['{pod=~"["}', 'missing closing ]'],
    ['hits_total{pod="\\q"}', 'unknown escape sequence'],
    ['-(hits_total[5m])', 'unary expression only allowed on'],
    ['hits_total[5m] + 1', 'only scalar and instant vector types'],
    ['hits_total[0s]', 'duration must be greater than 0'],
    ['sum(hits_total) offset 5m', 'offset modifier must be preceded by a selector'],
  ])('query %s, which is wrong, is refused: %s', async (query, why) => {
    const server = await start()
    const answer = await ask(server.url, '/api/v1/query', { query })
    expect(answer).toMatchObject({ status: 400, errorType: 'bad_data', error: expect.stringContaining(why) })
  })

  test('query of series that differ by name only cannot be calculated with', async () => {
    const server = await start()
    server.load([...series, { labels: { __name__: 'misses_total', pod: 'a' }, times: [t0], values: [1] }])
    const answer = await ask(server.url, '/api/v1/query', { query: '{pod="a"} * 2' })
    expect(answer).toMatchObject({ status: 422, errorType: 'execution' })
  })
})

describe('setFault', () => {
  const call = async (server: SimulatedPrometheus, signal?: AbortSignal): Promise<Response> =>
    fetch(`${server.url}/api/v1/query?query=sum(hits_total)`, {
      redirect: 'manual',
      ...(signal ? { signal } : {}),
    })
  const healthy = {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [seconds + 120, '4'] }] },
  }

  test('setFault(fault, 2) holds for two calls', async () => {
    const server = await start()
    server.setFault({ kind: 'status', status: 503, body: 'upstream connect error' }, 2)
    const bad = await call(server)
    expect([bad.status, await bad.text()]).toEqual([503, 'upstream connect error'])
    expect((await call(server)).status).toBe(503)
    expect(await (await call(server)).json()).toEqual(healthy)
  })

  test('setFault(undefined) ends it', async () => {
    const server = await start()
    server.setFault({ kind: 'down' })
    await expect(call(server)).rejects.toThrow('fetch failed')
    server.setFault(undefined)
    expect(await (await call(server)).json()).toEqual(healthy)
  })

  test('setFault(a redirect) sends its headers and no body', async () => {
    const server = await start()
    server.setFault({ kind: 'status', status: 302, headers: { location: '/login' } })
    const answer = await call(server)
    expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([302, '/login', ''])
  })

  test('setFault(html) answers 200 with a page', async () => {
    const server = await start()
    server.setFault({ kind: 'html' })
    const answer = await call(server)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html'])
    expect(await answer.text()).toContain('<!doctype html>')
  })

  test('setFault(truncated) breaks off, or ends as if that were all', async () => {
    const server = await start()
    server.setFault({ kind: 'truncated', honest: false })
    const broken = await call(server)
    await expect(broken.text()).rejects.toThrow('terminated')
    server.setFault({ kind: 'truncated', honest: true })
    const whole = JSON.stringify(healthy)
    expect(await (await call(server)).text()).toBe(whole.slice(0, whole.length / 2))
  })

  test('setFault(warnings) adds them to the data', async () => {
    const server = await start()
    server.setFault({ kind: 'warnings', warnings: ['half of it is missing'] })
    expect(await (await call(server)).json()).toEqual({ ...healthy, warnings: ['half of it is missing'] })
  })

  test('setFault(flood) gives so many samples in a range, and what holds none as it is', async () => {
    const server = await start()
    server.setFault({ kind: 'flood', samples: 20_000 })
    expect(await (await call(server)).json()).toEqual(healthy)
    const range = async (query: string): Promise<unknown> => {
      const body = new URLSearchParams({ query, start: '0', end: '60', step: '60' })
      const answer = await fetch(`${server.url}/api/v1/query_range`, { method: 'POST', body })
      return answer.json()
    }
    expect(await range('nothing')).toEqual({ status: 'success', data: { resultType: 'matrix', result: [] } })
    const matrix = await range('time()')
    const flooded = z.object({
      data: z.object({ result: z.array(z.object({ values: z.array(z.unknown()) })) }),
    })
    const rows = flooded.parse(matrix).data.result
    expect(rows.reduce((sum, { values }) => sum + values.length, 0)).toBe(20_000)
  })

  test.each<Fault>([
    { kind: 'slow', ms: 5 },
    { kind: 'dripping', everyMs: 1 },
  ])('setFault(%j) answers in the end', async (fault) => {
    const server = await start()
    server.setFault(fault)
    expect(await (await call(server)).json()).toEqual(healthy)
  })

  test.each<Fault>([
    { kind: 'slow', ms: 3_600_000 },
    { kind: 'dripping', everyMs: 3_600_000 },
  ])(
    'setFault(%j) leaves a caller with a deadline without an answer, and close() does not wait',
    async (fault) => {
      const server = await start()
      server.setFault(fault)
      const reading = call(server, AbortSignal.timeout(30)).then((answer) => answer.text())
      await expect(reading).rejects.toThrow('timeout')
      const pending = call(server).then((answer) => answer.text())
      await Promise.all([expect(pending).rejects.toThrow(/terminated|fetch failed/), server.close()])
    },
  )
})
