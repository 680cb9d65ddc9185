import {
  array,
  assert,
  constantFrom,
  dictionary,
  double,
  nat,
  oneof,
  property,
  record,
  string,
  tuple,
} from 'fast-check'
import { expect, test } from 'vitest'
import { readMatrix } from '../../../../src/sources/prometheus/client/read-matrix.ts'
import { readResult } from '../../../../src/sources/prometheus/client/read-result.ts'

const value = oneof(
  { weight: 20, arbitrary: nat().map(String) },
  { weight: 20, arbitrary: double().map(goText) },
  { weight: 5, arbitrary: constantFrom('1e+06', '2.5e-07', '12345678901234567890', '-0', '007') },
  { weight: 1, arbitrary: string() },
)
const time = oneof(
  nat({ max: 4e9 }),
  nat({ max: 4e12 }).map((ms) => ms / 1000),
)
const row = record({
  metric: dictionary(string(), string({ unit: 'grapheme' }), { maxKeys: 4 }),
  values: array(tuple(time, value), { minLength: 1, maxLength: 4 }).map((points) =>
    points.toSorted(([a], [b]) => a - b),
  ),
})
const answer = tuple(
  array(row, { minLength: 1, maxLength: 4 }),
  constantFrom({}, { isPartial: true }),
  constantFrom({}, { warnings: ['a store is away'] }, { stats: { seriesFetched: '4' } }),
).map(([result, mark, more]) =>
  JSON.stringify({ status: 'success', ...mark, data: { resultType: 'matrix', result }, ...more }),
)

test('readMatrix() reads what Prometheus writes, and leaves the rest of the answer to JSON', () => {
  const first = [60, 120, 180.5]
  const result = [
    { metric: { pod: 'a' }, values: first.map((at, i) => [at, ['1', '1.5', 'NaN'][i]]) },
    { metric: { pod: '"},"values":[[' }, values: first.map((at, i) => [at, ['+Inf', '-Inf', '1e+06'][i]]) },
  ]
  const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, warnings: ['w'] })
  expect(readMatrix(Buffer.from(body))).toEqual({
    series: [
      { labels: { pod: 'a' }, times: first, values: [1, 1.5, Number.NaN] },
      { labels: { pod: '"},"values":[[' }, times: first, values: [Infinity, -Infinity, 1e6] },
    ],
    frame: '{"status":"success","data":{"resultType":"matrix","result":[]},"warnings":["w"]}',
  })
})

test('readMatrix() gives the same as JSON, or nothing', () => {
  let usual = 0
  const check = property(answer, (body) => {
    usual += sameAsJson(Buffer.from(body)) ? 1 : 0
  })
  assert(check, { numRuns: 500 })
  expect(usual).toBeGreaterThan(250)
})

test('readMatrix() of an answer with a wrong byte gives the same as JSON, or nothing', () => {
  let usual = 0
  const byte = oneof(constantFrom(...Buffer.from('"\\,.:[]{}0e+-')), nat({ max: 255 }))
  const check = property(answer, nat(), byte, constantFrom(0, 1), (body, at, wrong, replaced) => {
    const bytes = Buffer.from(body)
    const place = at % bytes.length
    const after = bytes.subarray(place + replaced)
    usual += sameAsJson(Buffer.concat([bytes.subarray(0, place), Buffer.of(wrong), after])) ? 1 : 0
  })
  assert(check, { numRuns: 2000 })
  expect(usual).toBeGreaterThan(250)
})

const matrixOf = (result: string): string =>
  `{"status":"success","data":{"resultType":"matrix","result":${result}}}`

test.each([
  ['a key that comes twice', matrixOf('[{"metric":{},"values":[[1,"1"]]}],"result":[]')],
  ['histograms', matrixOf('[{"metric":{},"histograms":[]},{"metric":{},"values":[[1,"1"]]}]')],
  ['times that do not ascend', matrixOf('[{"metric":{},"values":[[2,"1"],[1,"1"]]}]')],
  ['two sets of labels', matrixOf('[{"metric":{},{},"values":[[1,"1"]]}]')],
  ['no series', matrixOf('[]')],
  ['what ends too early', matrixOf('[{"metric":{},"values":[[1,"1"]]}').slice(0, -2)],
  ['an error', '{"status":"error","errorType":"bad_data"}'],
])('readMatrix() leaves %s to JSON', (_, body) => {
  expect(readMatrix(Buffer.from(body))).toBeUndefined()
})

/** Whether it was read; throws where both readings differ. */
function sameAsJson(body: Buffer): boolean {
  const matrix = readMatrix(body)
  if (matrix === undefined) return false
  const whole = attempt(() => readResult(JSON.parse(body.toString())))
  const parts = attempt(() => ({ ...readResult(JSON.parse(matrix.frame)), series: matrix.series }))
  expect(parts).toEqual(whole)
  return true
}

function attempt<T>(read: () => T): T | 'refused' {
  try {
    return read()
  } catch {
    return 'refused'
  }
}

function goText(number: number): string {
  if (Number.isFinite(number)) return String(number)
  return Number.isNaN(number) ? 'NaN' : `${number > 0 ? '+' : '-'}Inf`
}
