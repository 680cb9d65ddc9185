import { expect, test } from 'vitest'
import type { QueryShape } from '../../../../src/sources/prometheus/queries/measure.ts'
import { queryShape } from '../../../../src/sources/prometheus/queries/query-shape.ts'
import { printSelector } from '../../../../src/sources/prometheus/queries/selector.ts'

const all = 'sum(rate(requests_total{app="web"}[5m]))'
const failed = 'sum(rate(requests_total{app="web",code=~"5.."}[5m]))'

/** The shape in one line. */
function line(shape: QueryShape): string {
  const times = shape.factor === 1 ? '' : `${Number(shape.factor.toPrecision(6))} × `
  switch (shape.kind) {
    case 'share':
      return `${times}${shape.isRest ? 'rest of ' : ''}${printSelector(shape.part)} in ${printSelector(shape.whole)}`
    case 'quantile':
      return `${times}${shape.quantile} of ${printSelector(shape.histogram)}`
    case 'rate':
      return `${times}rate of ${printSelector(shape.counter)}`
    case 'level':
      return `${times}${shape.across ?? 'each'} ${shape.query}`
    case 'other':
      return `other: ${shape.why}`
    default:
      return shape satisfies never
  }
}

const share = 'requests_total{app="web",code=~"5.."} in requests_total{app="web"}'
const slow = 'sum by (le) (rate(h_seconds_bucket{app="web"}[1m]))'

test.each([
  [`${failed} / ${all}`, share],
  [`(${failed} or vector(0)) / ${all}`, share],
  [`(${failed} or on() vector(0)) / (${all})`, share],
  [`${failed.replaceAll('rate', 'increase')} / ${all.replaceAll('rate', 'irate')}`, share],
  [`sum by (app) (rate(requests_total{app="web",code=~"5.."}[5m])) / ${all}`, share],
  [`scalar(${failed} / ${all})`, share],
  [`100 * ${failed} / ${all}`, `100 × ${share}`],
  [`${failed} / ${all} * 100`, `100 × ${share}`],
  [`(${failed} * 100) / ${all}`, `100 × ${share}`],
  [`1 - ${failed} / ${all}`, `rest of ${share}`],
  [`100 - (${failed} / ${all} * 100)`, `100 × rest of ${share}`],
  [`(1 - (${failed} / ${all})) * 100`, `100 × rest of ${share}`],
  [`histogram_quantile(0.95, ${slow})`, '0.95 of h_seconds{app="web"}'],
  [`1000 * histogram_quantile(0.95, ${slow})`, '1000 × 0.95 of h_seconds{app="web"}'],
  ['histogram_quantile(0.99, sum(rate(h[1m])))', '0.99 of h'],
  ['histogram_quantile(0.99, rate(h_bucket[1m]))', '0.99 of h'],
  [failed, 'rate of requests_total{app="web",code=~"5.."}'],
  ['sum(rate(h_sum{a="b"}[1m])) / sum(rate(h_count{a="b"}[1m]))', 'h_sum{a="b"} in h_count{a="b"}'],
  ['avg(queue{app="web"})', 'avg queue{app="web"}'],
  ['queue{app="web"} / 1024', '0.000976563 × each queue{app="web"}'],
  ['avg(rate(cpu_seconds_total[1m]))', 'avg rate(cpu_seconds_total[1m])'],
  ['rate(cpu_seconds_total[1m])', 'each rate(cpu_seconds_total[1m])'],
  ['max by (app) (queue{app="web"})', 'max queue{app="web"}'],
  ['used / size', 'each used / size'],
  ['quantile(0.9, queue)', 'quantile queue'],
])('queryShape(%s) is %s', (query, shape) => {
  expect(line(queryShape(query))).toBe(shape)
})

test.each([
  [`sum by (path) (rate(x_total[1m]))`, 'several series'],
  [`sum(rate(x_total[1m])) by (path) / sum(rate(y_total[1m]))`, 'an aggregate inside'],
  [`5 - ${failed} / ${all}`, '5 minus something that is no share of 5'],
  ['histogram_quantile(0.9, sum by (le, path) (rate(h_bucket[1m])))', 'no sum of the buckets'],
  ['histogram_quantile(0.9, sum by (le) (rate(h_bucket[1m])) / 2)', 'no sum of the buckets'],
  ['topk(3, queue)', 'topk does not give'],
  ['sum(used) / sum(size)', 'an aggregate inside'],
  ['absent(up)', 'absent inside'],
  ['requests_total', 'requests_total is a counter'],
  ['vector(1)', 'vector inside'],
  ['sum(rate(x[5m]', 'expected PromQL'],
  ['', 'expected'],
])('queryShape(%s) is none: %s', (query, why) => {
  expect(line(queryShape(query))).toMatch(/^other: /)
  expect(line(queryShape(query))).toContain(why)
})
