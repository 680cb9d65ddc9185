import * as fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import type { Route } from '../../src/http/route.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('run-1', 'v-1', 'shop', 'web', '', '__proto__'),
)
const hostileKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '', 'a.b', '\u0000')

/** The right value of a field, or any other value. */
const field = (good: unknown) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(good) }, fc.jsonValue(), anyText)
const bodyOf = (good: Readonly<Record<string, unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(good).map(([name, value]) => [name, field(value)])), {
    requiredKeys: [],
  })

/** Requests of controllers and people in which any field may be missing or wrong. */
const argoCall = bodyOf({
  namespace: 'shop',
  name: 'web',
  canaryHash: 'b',
  stableHash: 'a',
  policy: 'istio-service',
  step: '1',
  of: '3',
  weight: '5',
  minutes: '10',
  looks: '14',
  start: '',
  service: 'web',
})
const flaggerCall = bodyOf({
  namespace: 'shop',
  name: 'web',
  phase: 'Progressing',
  checksum: '7d9fb',
  metadata: { policy: 'istio', steps: '5,25,50', eventMessage: 'Advance web.shop canary weight 5' },
})
const judgeCall = bodyOf({
  namespace: 'shop',
  name: 'web',
  canary: { revision: 'b' },
  stable: { revision: 'a' },
  policy: 'application',
  step: { index: 0, of: 3, weight: 5 },
  at: '2026-11-20T09:00:00Z',
  params: {},
})
const calls = fc.oneof(argoCall, flaggerCall, judgeCall)

/** A call of the form that the path expects, if it expects one. */
function callTo(path: string): fc.Arbitrary<object> {
  if (path === '/v1/argo') return argoCall
  if (path === '/v1/judge') return judgeCall
  return /^\/(v1\/flagger|gate|rollback)\//.test(path) ? flaggerCall : calls
}

/** JSON that looks like a valid request, and JSON that does not. */
export const anyJson = fc.oneof(
  calls.map((value) => JSON.stringify(value)),
  fc.json(),
  fc
    .dictionary(
      fc.oneof(hostileKey, fc.constantFrom('decision', 'reason', 'scope', 'name', 'namespace', 'step', 'by')),
      fc.jsonValue(),
    )
    .map((value) => JSON.stringify(value)),
  fc
    .record({
      namespace: anyText,
      name: anyText,
      decision: fc.constantFrom('approve', 'hold', 'nothing'),
      reason: anyText,
      step: fc.oneof(fc.integer(), fc.double()),
      by: fc.option(anyText, { nil: undefined }),
    })
    .map((value) => JSON.stringify(value)),
  fc.nat(200).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(100).map((depth) => `${'{"metrics":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.nat(70_000).map((length) => JSON.stringify({ reason: 'x'.repeat(length) })),
)
const yaml = fc.constantFrom(
  'name: web\nmetrics: []',
  'name: web\nmetrics:\n  - {name: errors, kind: errors}',
  'a: &a [1]\nb: [*a, *a]',
  '{',
  '---\n---',
  'name: !!js/function x',
  '<<: {__proto__: 1}',
)
const bodyTo = (path: string) =>
  fc
    .record({
      text: fc.oneof(
        { weight: 3, arbitrary: callTo(path).map((value) => JSON.stringify(value)) },
        { weight: 2, arbitrary: anyJson },
        yaml,
        fc.string({ unit: 'binary' }),
      ),
      zip: fc.boolean(),
    })
    .map(({ text, zip }) => ({ zip, bytes: zip ? gzipSync(text) : Buffer.from(text) }))

export const anyContentType = fc.oneof(
  { weight: 3, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'application/json; charset=utf-8',
    'application/yaml',
    'text/plain',
    'application/json; charset=x',
    'nonsense',
    '',
  ),
)

export const anyHeaders = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-encoding',
    'x-request-id',
    'x-forwarded-for',
    'if-none-match',
    'range',
    'origin',
    'cookie',
    'x-http-method-override',
    'forwarded',
    'expect',
  ),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  { maxKeys: 3 },
)

const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND')

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('run-1', 'v-1', 'shop', 'web') },
  anyText.filter((text) => text.isWellFormed()).map(encodeURIComponent),
  fc.constantFrom('%', '%zz', '%c0%af', '..', '.', '%2e%2e', '%00', ':id', '{id}', '*', 'x'.repeat(3000)),
)
const query = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  fc.constantFrom(
    '?limit=5',
    '?limit=0',
    '?open=true',
    '?after=AAAA',
    '?a=1&a=2',
    '?__proto__=1',
    '?%',
    '?namespace=%00',
  ),
  fc
    .dictionary(
      fc.constantFrom('limit', 'after', 'open', 'name', 'namespace', 'x'),
      anyText.filter((text) => text.isWellFormed()),
    )
    .map((values) => `?${new URLSearchParams(values).toString()}`),
)

const besides = fc.constantFrom(
  '/v1/flagger/{id}',
  '/gate/{id}',
  '/rollback/{id}',
  '/{id}',
  '/v1/{id}/{id}',
  '//{id}',
)

/** Requests to every route with hostile parameters, with other methods, and to similar paths. */
export const anyRequestTo = (routes: readonly Route[]) =>
  fc
    .record({
      to: fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom(
            ...routes.map((route) => ({ verb: route.method.toUpperCase(), path: route.path })),
          ),
        },
        fc.record({ verb: method, path: fc.constantFrom(...routes.map(({ path }) => path)) }),
        fc.record({ verb: method, path: besides }),
      ),
      first: segment,
      second: segment,
      query,
    })
    .map(({ to: { verb, path }, first, second, query: search }) => {
      const segments = [first, second]
      return { verb, path: `${path.replaceAll(/\{\w+\}/g, () => segments.shift() ?? '')}${search}` }
    })
    .chain(({ verb, path }) => bodyTo(path).map((body) => ({ verb, path, body })))
