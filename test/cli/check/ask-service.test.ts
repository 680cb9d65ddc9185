import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askService } from '../../../src/cli/check/ask-service.ts'
import { checkText } from '../../../src/cli/check/check-answer.ts'

let answer: (response: ServerResponse) => void
const server = createServer((_request, response) => answer(response))
let url = ''
beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterEach(async () => {
  server.closeAllConnections()
  await once(server.close(), 'close')
})

const request = {
  namespace: 'shop',
  name: 'web',
  canary: { revision: 'b' },
  stable: { revision: 'a' },
  keep: true,
} as const
const ask = (signal = new AbortController().signal) => askService({ url }, request, signal)

describe('askService() rejects, and says whether asking again may help', () => {
  const problem = {
    code: 'overloaded',
    detail: 'too many looks',
    issues: [{ path: 'a', message: 'b\u001B[2J' }],
  }
  test.each([
    [503, { 'Retry-After': '7' }, problem, true, 7000, 'overloaded: too many looks; a: b?[2J'],
    [
      429,
      { 'Retry-After': 'Sat, 21 Nov 2026 03:07:39 GMT' },
      'x',
      true,
      0,
      'expected a verdict, got status 429',
    ],
    [408, {}, '', true, 0, 'expected a verdict, got status 408'],
    [422, {}, { code: 'unprocessable', detail: 'no' }, false, 0, 'unprocessable: no'],
    [302, { Location: '/v1/judge' }, '', false, 0, 'expected a verdict, got status 302'],
  ])('%i %j', async (status, headers, body, passing, retryAfterMs, message) => {
    answer = (response) => {
      response.writeHead(status, headers)
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    await expect(ask()).rejects.toMatchObject({ name: 'AskError', passing, retryAfterMs, message })
  })

  test('an answer that is cut off', async () => {
    answer = (response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"verdict":')
      response.destroy()
    }
    await expect(ask()).rejects.toMatchObject({
      passing: true,
      message: expect.stringContaining('no answer from'),
    })
  })

  test('with the reason of the signal when it was aborted', async () => {
    const stop = new AbortController()
    answer = () => stop.abort()
    await expect(ask(stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('checkText()', () => {
  const base = {
    verdict: 'fail',
    judged: 'fail',
    score: 0,
    summary: 'fail: errors\u001B[2J\u202E',
    run: 'shop.web.b.1',
    reasons: [],
    metrics: [],
    links: { verdict: '/v1/verdicts/v-1' },
  } as const

  test('lists metrics in columns, and lets nothing steer the terminal', () => {
    const metrics = [
      { name: 'errors', judged: 'fail', ratio: { estimate: 10.234, low: 6, high: 14.8 } } as const,
      { name: 'p95', judged: 'inconclusive', neededMinutes: 11.2 } as const,
    ]
    expect(checkText({ ...base, metrics }, 'http://judge:8080')).toBe(`fail: errors?[2J?

metric  judged        canary/stable     needs
errors  fail          10.2 (6 to 14.8)  -
p95     inconclusive  -                 12 min

run   shop.web.b.1
more  http://judge:8080/v1/verdicts/v-1
`)
  })

  test('says which arm is better', () => {
    const metrics = [{ name: 'orders', judged: 'pass', winner: 'canary-better' } as const]
    const winner = { answer: 'canary-better', text: 'wrong at most 5%' }
    expect(checkText({ ...base, summary: 'pass: canary better: orders', metrics, winner }, undefined))
      .toBe(`pass: canary better: orders

metric  judged               canary/stable  needs
orders  pass, canary better  -              -

canary better: wrong at most 5%

run   shop.web.b.1
`)
  })

  test('has no table without metrics, and no link that cannot be followed', () => {
    expect(checkText(base, undefined)).toBe('fail: errors?[2J?\n\nrun   shop.web.b.1\n')
  })
})
