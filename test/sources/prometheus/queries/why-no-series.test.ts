import { describe, expect, test } from 'vitest'
import { whyNoSeries } from '../../../../src/sources/prometheus/queries/why-no-series.ts'

const traffic = 'its value grows with the traffic of an arm'
const pods = 'its value grows with the number of pods'

describe('whyNoSeries(query)', () => {
  test.each([
    'sum(rate(a_total[5m])) / sum(rate(b_total[5m]))',
    'sum(rate(a_total{x="1"}[5m])) / (sum(rate(b_total[5m])) or vector(0))',
    '100 * (sum(rate(a_total[5m])) - sum(rate(b_total[5m]))) / sum(rate(c_total[5m]))',
    '1 - sum(rate(a_total[5m])) / sum(rate(b_total[5m]))',
    'avg(rate(a_total[5m])) / avg(rate(b_total[5m]))',
    'avg(a)',
    'min(a)',
    'a',
    '-a',
    'a offset 5m',
    'sum(a) / sum(b)',
    'sum(a) / count(b)',
    'avg(a / b)',
    'avg(a) ^ 2',
    'avg(a) > 0',
    'avg(a) > bool 3',
    'sum(rate(a_total[5m])) > bool 3',
    'quantile(0.9, a)',
    'sum by (app) (a{app="web"}) / sum by (app) (b{app="web"})',
    'histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))',
    'avg(avg_over_time(a[10m]))',
    'avg_over_time((sum(rate(a_total[5m])) / sum(rate(b_total[5m])))[10m:1m])',
    'clamp_min(sum(rate(a_total[5m])), 1) / sum(rate(b_total[5m]))',
    'scalar(avg(a)) * 100',
  ])('gives nothing for %s', (query) => {
    expect(whyNoSeries(query)).toBeUndefined()
  })

  test.each([
    ['sum(rate(a_total[5m]))', traffic],
    ['avg(rate(a_total[5m]))', traffic],
    ['sum(rate(a_total[5m])) / sum(b)', traffic],
    ['sum(rate(a_total[5m])) * sum(rate(b_total[5m]))', traffic],
    ['sum(rate(a_total[5m])) / 60', traffic],
    ['sum(increase(a_total[5m])) - sum(increase(b_total[5m]))', traffic],
    ['sqrt(sum(rate(a_total[5m])))', traffic],
    ['sum(a)', pods],
    ['count(a)', pods],
    ['sum(a / b)', pods],
    ['sum(a) / avg(a)', pods],
    ['sum(rate(a_total[5m])) + avg(b)', 'it adds values that grow in different ways'],
    ['1 - sum(rate(a_total[5m]))', 'it adds values that grow in different ways'],
    ['2 ^ avg(a)', 'a power that is no number'],
    ['sum by (shop) (a) / sum by (shop) (b)', 'one result for each shop, and a policy compares one'],
    ['histogram_quantile(0.9, sum by (le, shop) (rate(a_bucket[5m])))', 'one result for each shop'],
    ['avg without (pod) (a)', 'one result for each of several labels, and a policy compares one'],
    ['topk(3, a)', 'topk gives several values'],
    ['a_total', 'a_total is a counter, which only grows'],
    ['absent(a)', 'absent is not the value of an arm'],
    ['time() - 5', 'expected the name of a metric, got none'],
    ['a[5m]', 'expected one value, got a range'],
    ['a + "text"', 'expected one value, got a text'],
    ['sum(', 'expected PromQL'],
  ])('says why %s is none', (query, why) => {
    expect(whyNoSeries(query)).toContain(why)
  })
})
