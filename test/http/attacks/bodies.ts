import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'

/** A request that is cheap for the sender, and must not delay the requests of others. */
export interface Attack {
  readonly name: string
  readonly path: string
  readonly type: string
  readonly encoding?: string
  readonly body: Buffer
}

const json = 'application/json'
const yaml = 'application/yaml'
const mebi = 2 ** 20

const brotli = (text: string): Buffer =>
  brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
  })

const recordingOf = (rest: string): string =>
  `{"recording":{"format":"canary-judge/recording/1","sliceSeconds":60,"start":"2026-11-20T10:00:00Z",${rest}}}`

const pods = (count: number): string =>
  `[${Array.from({ length: count }, (_, i) => `{"name":"p${i}","arm":"${i % 2 === 0 ? 'stable' : 'canary'}"}`).join(',')}]`

const nulls = (count: number): string => `[${'null,'.repeat(count - 1)}null]`

const keys = (count: number, value = '1'): string =>
  Array.from({ length: count }, (_, i) => `"unknown-key-${i}":${value}`).join(',')

/** Repeats `part` up to a size in bytes. */
const filled = (size: number, part: string): string => part.repeat(Math.floor(size / part.length))

/** Bodies for every route that reads JSON. */
const anyJson: readonly (readonly [string, string])[] = [
  ['60 KiB of brackets', filled(60_000, '[')],
  ['60 KiB of opened maps', filled(60_000, '{"a":')],
  ['60 KiB of empty lists', `[${filled(60_000, '[],')}[]]`],
  ['60 KiB of unknown keys', `{${keys(2500)}}`],
  [
    '60 KiB of wrong params',
    `{"params":{${keys(2500)}},"metadata":{${keys(2500).slice(0, 100)}}}`.slice(0, 64_000),
  ],
  ['60 KiB of wrong steps', `{"step":[${filled(60_000, '{},')}{}],"metadata":[${filled(1000, '1,')}1]}`],
  ['60 KiB of backslashes', `{"name":"${filled(60_000, '\\\\')}`],
  ['60 KiB of open quotes', filled(60_000, '"\\')],
  ['60 KiB of white space', filled(60_000, ' ')],
  ['60 KiB in a name', `{"namespace":"${filled(30_000, ' a')}","name":"${filled(29_000, '-')}"}`],
  ['60 KiB of digits', `{"name":${filled(60_000, '9')}}`],
]

const recordings: readonly (readonly [string, string])[] = [
  ['unknown keys', recordingOf(keys(130_000))],
  ['unknown keys beside the recording', `{"recording":{},${keys(130_000)}}`],
  ['unknown metrics', recordingOf(`"metrics":{${keys(120_000, '{}')}}`)],
  ['wrong steps', recordingOf(`"steps":[${filled(3.9 * mebi, '{},')}{}]`)],
  ['wrong pods', recordingOf(`"pods":[${filled(3.9 * mebi, '1,')}1]`)],
  [
    'wrong samples',
    recordingOf(
      `"slices":20000,"rolloutStart":0,"pods":${pods(2)},"metrics":{"errors":{"kind":"errors","bad":[[${filled(3.8 * mebi, '"",')}1]],"total":[]}}`,
    ),
  ],
  ['deep levels', recordingOf(`"steps":${'['.repeat(1.9 * mebi)}${']'.repeat(1.9 * mebi)}`)],
  ['empty maps', recordingOf(`"problems":[${filled(3.9 * mebi, '{},')}{}]`)],
  [
    'a few rows of much',
    recordingOf(
      `"slices":20000,"rolloutStart":10000,"pods":${pods(100)},"metrics":{"errors":{"kind":"errors","bad":${nulls(100)},"total":${nulls(100)}}}`,
    ),
  ],
  [
    'many rows of nothing',
    recordingOf(
      `"slices":2000,"rolloutStart":1000,"pods":${pods(5000)},"metrics":{"errors":{"kind":"errors","bad":${nulls(5000)},"total":${nulls(5000)}}}`,
    ),
  ],
  ['a policy of unknown keys', `{"recording":{},"policy":{${keys(130_000)}}}`],
  [
    'a policy of many metrics',
    `{"recording":{},"policy":{"metrics":[${filled(3.9 * mebi, '{"kind":"errors"},')}1]}}`,
  ],
]

const policies: readonly (readonly [string, string])[] = [
  [
    '10 kB of spaces between braces',
    `name: web\nselect: {canary: {a: '{{${' '.repeat(10_000)}'}, stable: {a: b}}\nmetrics:\n  - {name: errors, kind: errors, total: t, bad: b}\n`,
  ],
  [
    '60 KiB of braces',
    `name: web\nmetrics:\n  - {name: errors, kind: errors, total: '${'{{ '.repeat(20_000)}', bad: b}\n`,
  ],
  [
    'a selector of parentheses',
    `name: web\nmetrics:\n  - {name: a, kind: gauge, query: '${'('.repeat(60_000)}'}\n`,
  ],
  [
    'a selector of matchers',
    `name: web\nmetrics:\n  - {name: a, kind: errors, bad: 'b', total: 'm{${filled(60_000, 'a="b",')}}'}\n`,
  ],
  ['nested lists by dashes', filled(60_000, '- ')],
  ['nested keys by question marks', filled(60_000, '? ')],
  ['brackets', filled(60_000, '[')],
  ['anchors', filled(60_000, '&a ')],
  ['tags', filled(60_000, '!a ')],
  ['aliases', `a: &a [1]\nb: [${filled(60_000, '*a,')}]`],
  ['unknown keys', Array.from({ length: 4500 }, (_, i) => `key${i}: 1`).join('\n')],
  ['wrong metrics', `name: web\nmetrics:\n${filled(60_000, ' - {a: b}\n')}`],
  [
    'many metrics',
    `name: web\nmetrics:\n${Array.from({ length: 900 }, (_, i) => ` - {name: m${i}, kind: errors, total: a, bad: b}`).join('\n')}`,
  ],
  ['colons', filled(60_000, ':')],
  ['colons and spaces', filled(60_000, 'a: ')],
  ['deeper lines', Array.from({ length: 340 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['quotes', filled(60_000, "'")],
  ['comments', filled(60_000, '#\n')],
  ['tabs', filled(60_000, '\t')],
  ['documents', filled(60_000, '---\n')],
  ['line breaks in quotes', `a: "${filled(60_000, '\n')}"`],
  ['a block', `a: |\n${filled(60_000, ' \n')}`],
  ['merge keys', filled(60_000, '<<: {a: 1}\n')],
]

const jsonRoutes = ['/v1/judge', '/v1/argo', '/v1/flagger/rollout', '/v1/decisions', '/gate/check']

const squeezed = (name: string, encoding: string, body: Buffer, path = '/v1/judge'): Attack => ({
  name,
  path,
  type: json,
  encoding,
  body,
})

export const attacks: readonly Attack[] = [
  squeezed('48 bytes of brotli, 31 MB of brackets', 'br', brotli('['.repeat(31e6))),
  squeezed('31 MB of maps in brotli', 'br', brotli('{"a":'.repeat(6.2e6))),
  squeezed('31 MB of empty lists in brotli', 'br', brotli(`[${'[],'.repeat(10.3e6)}[]]`)),
  squeezed('4 MB of empty lists in gzip', 'gzip', gzipSync(`[${'[],'.repeat(1.3e6)}[]]`)),
  squeezed('4 MB of maps in deflate', 'deflate', deflateSync(`[${'{},'.repeat(1.3e6)}[]]`)),
  squeezed('31 MB of unknown keys in gzip', 'gzip', gzipSync(`{"recording":{${keys(1_200_000)}}}`)),
  squeezed('brackets in brotli to a hook', 'br', brotli('['.repeat(31e6)), '/v1/flagger/rollout'),
  ...jsonRoutes.flatMap((path) =>
    anyJson.map(([name, text]) => ({
      name: `${name} to ${path}`,
      path,
      type: json,
      body: Buffer.from(text),
    })),
  ),
  ...recordings.map(([name, text]) => ({
    name: `a recording: ${name}`,
    path: '/v1/judge',
    type: json,
    body: Buffer.from(text),
  })),
  ...policies.map(([name, text]) => ({
    name: `a policy: ${name}`,
    path: '/v1/policies/validate',
    type: yaml,
    body: Buffer.from(text),
  })),
]
