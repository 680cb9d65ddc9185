import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import {
  type ClientOptions,
  createClient,
  type PrometheusClient,
} from '../../../../src/sources/prometheus/client/client.ts'
import { SourceError } from '../../../../src/sources/prometheus/client/source-error.ts'
import { type Answer, json, matrix, settingsOf, startStub, type StubServer, vector } from '../stub-server.ts'
import { startStopwatch } from '../../../support/measures/stopwatch.ts'

const open: { close(): unknown }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()))
})

async function stubbed(
  answer: Answer,
  options: Partial<ClientOptions> = {},
): Promise<{ stub: StubServer; client: PrometheusClient }> {
  const stub = await startStub(answer)
  const client = createClient({ settings: settingsOf(stub.url), retryDelayMs: 1, ...options })
  open.push(client, { close: () => stub.stop() })
  return { stub, client }
}

const soon = (): AbortSignal => AbortSignal.timeout(5000)

async function failure(promise: Promise<unknown>): Promise<SourceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof SourceError)) throw new Error(`expected a SourceError, got ${String(error)}`)
  return error
}

const sum = { metric: { pod: 'a' }, value: [10, '1'] }

test('instant() posts the query and reads labels, times and values', async () => {
  const { stub, client } = await stubbed(json(200, vector(sum)))
  expect(await client.instant('sum(x)', 10, soon())).toEqual({
    series: [{ labels: { pod: 'a' }, times: [10], values: [1] }],
    warnings: [],
  })
  expect(stub.requests.map(({ method, path }) => [method, path])).toEqual([['POST', '/api/v1/query']])
  expect(Object.fromEntries(stub.requests[0]?.form ?? [])).toEqual({ query: 'sum(x)', time: '10' })
})

test("instant() without a time leaves the moment to the server's clock", async () => {
  const scalar = { status: 'success', data: { resultType: 'scalar', result: [12.5, '12.5'] } }
  const { stub, client } = await stubbed(json(200, scalar))
  expect((await client.instant('time()', undefined, soon())).series).toEqual([
    { labels: {}, times: [12.5], values: [12.5] },
  ])
  expect(Object.fromEntries(stub.requests[0]?.form ?? [])).toEqual({ query: 'time()' })
})

test('range() asks for start, end and step in seconds and keeps infinities and NaN', async () => {
  const values = [
    [60, '+Inf'],
    [120, '-Inf'],
    [180, 'NaN'],
    [240, '2.5'],
  ]
  const { stub, client } = await stubbed(json(200, matrix({ metric: {}, values })))
  const result = await client.range('x', { start: 60, end: 240, stepSeconds: 60 }, soon())
  expect(result.series[0]?.values).toEqual([Infinity, -Infinity, Number.NaN, 2.5])
  expect(stub.requests[0]?.path).toBe('/api/v1/query_range')
  expect(Object.fromEntries(stub.requests[0]?.form ?? [])).toEqual({
    query: 'x',
    start: '60',
    end: '240',
    step: '60',
  })
})

test('range() reads native histograms', async () => {
  const histogram = {
    count: '3',
    sum: '1',
    buckets: [
      [0, '0.5', '1', '2'],
      [0, '1', '+Inf', '1'],
    ],
  }
  const { client } = await stubbed(
    json(
      200,
      matrix({
        metric: {},
        histograms: [
          [60, histogram],
          [120, { count: '0', sum: '0' }],
        ],
      }),
    ),
  )
  const { series } = await client.range('x', { start: 60, end: 120, stepSeconds: 60 }, soon())
  const [first, second] = series[0]?.histograms ?? []
  expect(series[0]?.times).toEqual([60, 120])
  expect(first).toEqual({
    count: 3,
    buckets: [
      { low: 0.5, high: 1, count: 2 },
      { low: 1, high: Infinity, count: 1 },
    ],
  })
  expect(second).toEqual({ count: 0, buckets: [] })
})

test('instant() keeps warnings and leaves out remarks of PromQL', async () => {
  const warnings = ['store gateway is away', 'PromQL info: metric might not be a counter']
  const { client } = await stubbed(json(200, { ...vector(), warnings }))
  expect((await client.instant('x', 1, soon())).warnings).toEqual(['store gateway is away'])
})

test.each([
  ['a single text', 'store gateway is away', ['store gateway is away']],
  ['a remark of PromQL alone', 'PromQL info: metric might not be a counter', []],
  ['nothing in words', null, []],
  ['an empty text', '', []],
])('instant() reads warnings that are %s', async (_, warnings, read) => {
  const { client } = await stubbed(json(200, { ...vector(sum), warnings }))
  const result = await client.instant('x', 1, soon())
  expect([result.warnings, result.series.length]).toEqual([read, 1])
})

test.each([
  ['1e3', 1000],
  ['-0.5', -0.5],
  ['+7', 7],
  ['.25', 0.25],
  ['0', 0],
  ['0e1', 0],
  ['1.7976931348623157e+308', Number.MAX_VALUE],
])('instant() reads the value %s', async (text, value) => {
  const { client } = await stubbed(json(200, vector({ metric: {}, value: [1, text] })))
  expect((await client.instant('x', 1, soon())).series[0]?.values).toEqual([value])
})

test('range() says of times in milliseconds that they are none in seconds', async () => {
  const { client } = await stubbed(json(200, matrix({ metric: {}, values: [[1_767_610_800_000, '1']] })))
  const error = await failure(client.range('x', { start: 0, end: 60, stepSeconds: 60 }, soon()))
  expect([error.kind, error.message]).toEqual([
    'source-invalid',
    'Prometheus answered without times in seconds',
  ])
})

const say = (error: string, errorType = 'execution'): object => ({ status: 'error', errorType, error })

test.each([
  ['HTML with 200', 200, '<html>login</html>', 'source-invalid', 'expected JSON from Prometheus, got HTML'],
  ['an empty 200', 200, '', 'source-invalid', 'expected JSON from Prometheus, got nothing'],
  [
    'truncated JSON',
    200,
    '{"status":"succ',
    'source-invalid',
    'expected JSON from Prometheus, got broken JSON',
  ],
  ['text', 200, 'hello', 'source-invalid', 'expected JSON from Prometheus, got text'],
  ['other JSON', 200, '{"ok":true}', 'source-invalid', 'expected an answer of Prometheus, got other JSON'],
  [
    'no data',
    200,
    { status: 'success' },
    'source-invalid',
    'Prometheus answered without a matrix, vector or scalar',
  ],
  ['an error with 200', 200, say('bad'), 'source-refused', 'Prometheus answered 200: bad'],
  ['401', 401, 'no', 'source-refused', 'Prometheus answered 401'],
  ['404', 404, 'no', 'source-refused', 'Prometheus answered 404'],
  ['422', 422, say('many-to-many <b>'), 'source-refused', 'Prometheus answered 422: many-to-many b'],
  [
    'a sample limit',
    422,
    say('query processing would load too many samples into memory'),
    'source-too-large',
    'Prometheus answered 422: query processing would load too many samples into memory',
  ],
  [
    'its own timeout',
    503,
    say('query timed out', 'timeout'),
    'source-timeout',
    'Prometheus answered 503: query timed out',
  ],
  ['500', 500, 'oops', 'source-down', 'Prometheus answered 500'],
] as const)('instant() answers %s with the right kind', async (_, status, body, kind, message) => {
  const { stub, client } = await stubbed(json(status, body))
  const error = await failure(client.instant('x', 1, soon()))
  expect([error.kind, error.message]).toEqual([kind, message])
  expect(error.httpStatus).toBe(
    status === 200 && body !== undefined && kind === 'source-invalid' ? error.httpStatus : status,
  )
  expect(stub.requests).toHaveLength(1)
})

test.each([
  ['a series without labels', vector({ value: [1, '1'] })],
  ['a value that is no pair', vector({ metric: {}, value: 7 })],
  ['a value that is no number', vector({ metric: {}, value: [1, 'seven'] })],
  ['an empty value', vector({ metric: {}, value: [1, ''] })],
  ['a value in hexadecimal', vector({ metric: {}, value: [1, '0x10'] })],
  ['a value in binary', vector({ metric: {}, value: [1, '0B11'] })],
  ['warnings that are no list', { ...vector(), warnings: { first: 'a store is away' } }],
  ['a time in milliseconds', vector({ metric: {}, value: [1_767_610_800_000, '1'] })],
  ['a time without end', vector({ metric: {}, value: ['+Inf', '1'] })],
  ['no values', vector({ metric: {} })],
  ['a broken histogram', matrix({ metric: {}, histograms: [7] })],
  ['a broken bucket', matrix({ metric: {}, histograms: [[1, { count: '1', buckets: [[1]] }]] })],
])('instant() answers %s with source-invalid', async (_, body) => {
  const { client } = await stubbed(json(200, body))
  expect((await failure(client.instant('x', 1, soon()))).kind).toBe('source-invalid')
})

test.each<[string, unknown]>([
  ['a vector', vector({ metric: {}, value: [1, '1'] })],
  ['a scalar', { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } }],
  ['a string', { status: 'success', data: { resultType: 'string', result: [1, 'x'] } }],
  [
    'times that go back',
    matrix({
      metric: {},
      values: [
        [60, '2'],
        [0, '1'],
      ],
    }),
  ],
  [
    'times of histograms that go back',
    matrix({
      metric: {},
      histograms: [
        [60, { count: '2' }],
        [0, { count: '1' }],
      ],
    }),
  ],
])('range() answers %s with source-invalid', async (_, body) => {
  const { client } = await stubbed(json(200, body))
  const window = { start: 0, end: 60, stepSeconds: 60 }
  expect((await failure(client.range('x', window, soon()))).kind).toBe('source-invalid')
})

test.each(['gzip', 'br', 'zstd'])('instant() answers broken %s with source-invalid', async (encoding) => {
  const { client } = await stubbed((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding }).end('neither compressed nor JSON')
  })
  const error = await failure(client.instant('x', 1, soon()))
  expect([error.kind, error.message]).toEqual([
    'source-invalid',
    expect.stringMatching(/^expected an answer of Prometheus that can be decompressed/),
  ])
})

test('instant() tries again when an answer breaks off, and says so', async () => {
  const { stub, client } = await stubbed((_, response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('{"status"')
    response.socket?.end()
  })
  const error = await failure(client.instant('x', 1, soon()))
  expect([error.kind, error.message]).toEqual(['source-down', 'the answer of Prometheus broke off'])
  expect(stub.requests).toHaveLength(3)
})

test('instant() gives nothing for a string', async () => {
  const { client } = await stubbed(
    json(200, { status: 'success', data: { resultType: 'string', result: [1, 'x'] } }),
  )
  expect((await client.instant('"x"', 1, soon())).series).toEqual([])
})

test('instant() does not follow redirects', async () => {
  const { stub, client } = await stubbed((_, response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  )
  const error = await failure(client.instant('x', 1, soon()))
  expect([error.kind, error.httpStatus]).toEqual(['source-refused', 302])
  expect(stub.requests).toHaveLength(1)
})

test.each([429, 502, 503, 504])('instant() tries again after %d', async (status) => {
  const { stub, client } = await stubbed((request, response, index) =>
    (index === 0 ? json(status, '') : json(200, vector(sum)))(request, response, index),
  )
  expect((await client.instant('x', 1, soon())).series).toHaveLength(1)
  expect(stub.requests).toHaveLength(2)
})

test('instant() gives up after three attempts', async () => {
  const { stub, client } = await stubbed(json(503, 'busy'))
  expect((await failure(client.instant('x', 1, soon()))).kind).toBe('source-down')
  expect(stub.requests).toHaveLength(3)
})

test('instant() does not wait for a Retry-After beyond the deadline', async () => {
  const { client } = await stubbed((_, response) => response.writeHead(503, { 'retry-after': '7' }).end())
  const error = await failure(client.instant('x', 1, AbortSignal.timeout(100)))
  expect([error.kind, error.httpStatus]).toEqual(['source-down', 503])
})

test.each(['3600', '172800'])(
  'instant() gives up at once where it is to come again in %s s',
  async (after) => {
    const { stub, client } = await stubbed((_, response) =>
      response.writeHead(429, { 'retry-after': after }).end(),
    )
    const error = await failure(client.instant('x', 1, AbortSignal.timeout(60_000)))
    expect([error.kind, error.httpStatus, stub.requests.length]).toEqual(['source-down', 429, 1])
  },
)

test.each<[string, Answer]>([
  ['never answers', () => undefined],
  ['stops after the head', (_, response) => response.writeHead(200).write('{')],
  [
    'drips its body',
    (_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    },
  ],
])('instant() keeps the deadline when the server %s, and closes the connection', async (_, answer) => {
  const { stub, client } = await stubbed(answer)
  const watch = startStopwatch()
  const error = await failure(client.instant('x', 1, AbortSignal.timeout(150)))
  expect(error.kind).toBe('source-timeout')
  expect(watch.elapsedMs()).toBeLessThan(1000)
  await expect.poll(() => stub.connections()).toBe(0)
})

test('instant() of an aborted signal asks nothing', async () => {
  const { stub, client } = await stubbed(json(200, vector()))
  expect((await failure(client.instant('x', 1, AbortSignal.abort()))).kind).toBe('source-timeout')
  expect(stub.requests).toHaveLength(0)
})

test('instant() names the code when nobody listens, never the address', async () => {
  const { stub, client } = await stubbed(json(200, vector()))
  await stub.stop()
  const error = await failure(client.instant('x', 1, soon()))
  expect([error.kind, error.message]).toEqual(['source-down', 'no connection to Prometheus (ECONNREFUSED)'])
})

test('instant() survives a server that speaks no HTTP', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-nothing\r\n'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = createClient({ settings: settingsOf(`http://127.0.0.1:${port}`), retryDelayMs: 1 })
  open.push(client, { close: () => server.close() })
  expect((await failure(client.instant('x', 1, soon()))).kind).toBe('source-down')
})

const twoMillion = (): string => {
  const values = Array.from({ length: 100_000 }, (_, k) => [k, '1'])
  const one = JSON.stringify({ metric: {}, values })
  return `{"status":"success","data":{"resultType":"matrix","result":[${Array.from({ length: 20 }, () => one).join(',')}]}}`
}

test('range() stops reading an answer that is too large, compressed or not', async () => {
  const body = twoMillion()
  const packed = gzipSync(body)
  const { client } = await stubbed(
    (_, response, index) =>
      index === 0
        ? response.writeHead(200).end(body)
        : response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    { maxResponseBytes: 1_000_000 },
  )
  const window = { start: 0, end: 60, stepSeconds: 60 }
  expect(await failure(client.range('x', window, soon()))).toMatchObject({ kind: 'source-too-large' })
  expect(await failure(client.range('x', window, soon()))).toMatchObject({ kind: 'source-too-large' })
})

test('every request carries headers and credentials, none shows in an error', async () => {
  const secret = { reveal: () => 'sesame' }
  const stub = await startStub(json(401, 'no'))
  open.push({ close: () => stub.stop() })
  const ask = async (auth: 'bearer' | 'basic'): Promise<void> => {
    const client = createClient({
      settings: settingsOf(`${stub.url}/prometheus`, {
        headers: { 'X-Scope-OrgID': { reveal: () => 'team-a' } },
        auth:
          auth === 'bearer'
            ? { kind: 'bearer', token: secret }
            : { kind: 'basic', username: 'judge', password: secret },
      }),
    })
    open.push(client)
    const error = await failure(client.instant('x', 1, soon()))
    expect(JSON.stringify(error) + error.message).not.toContain('sesame')
  }
  await ask('bearer')
  await ask('basic')
  expect(
    stub.requests.map(({ path, headers }) => [path, headers.authorization, headers['x-scope-orgid']]),
  ).toEqual([
    ['/prometheus/api/v1/query', 'Bearer sesame', 'team-a'],
    ['/prometheus/api/v1/query', `Basic ${Buffer.from('judge:sesame').toString('base64')}`, 'team-a'],
  ])
})

test('fifty calls at once keep their own answers, at most eight at a time', async () => {
  const waiting: (() => void)[] = []
  let most = 0
  const { client } = await stubbed((request, response) => {
    waiting.push(() =>
      json(200, vector({ metric: { q: request.form.get('query') }, value: [1, '1'] }))(request, response, 0),
    )
    most = Math.max(most, waiting.length)
    setImmediate(() => waiting.splice(0).forEach((go) => go()))
  })
  const names = Array.from({ length: 50 }, (_, k) => `q${k}`)
  const answers = await Promise.all(names.map((name) => client.instant(name, 1, soon())))
  expect(answers.map(({ series }) => series[0]?.labels['q'])).toEqual(names)
  expect(most).toBeLessThanOrEqual(8)
})

test('observe() hears how each query ended', async () => {
  const outcomes: string[] = []
  const { client } = await stubbed(
    (request, response, index) => json(index === 0 ? 200 : 401, vector())(request, response, index),
    { observe: (outcome) => outcomes.push(outcome) },
  )
  await client.instant('x', 1, soon())
  await failure(client.instant('x', 1, soon()))
  expect(outcomes).toEqual(['ok', 'source-refused'])
})

test('instant() that runs into the deadline when it tries again tells of what was wrong before', async () => {
  const { client } = await stubbed((request, response, index) => {
    if (index === 0) json(503, 'busy')(request, response, index)
  })
  const error = await failure(client.instant('x', 1, AbortSignal.timeout(300)))
  expect([error.kind, error.httpStatus]).toEqual(['source-down', 503])
})

test('instant() that waits to be tried again leaves its turn to another', async () => {
  const answered: string[] = []
  const { client } = await stubbed(
    (request, response, index) => {
      answered.push(request.form.get('query') ?? '')
      json(index === 0 ? 503 : 200, index === 0 ? 'busy' : vector(sum))(request, response, index)
    },
    { concurrency: 1, retryDelayMs: 200 },
  )
  await Promise.all(['first', 'second'].map((query) => client.instant(query, 1, soon())))
  expect(answered).toEqual(['first', 'second', 'first'])
})
