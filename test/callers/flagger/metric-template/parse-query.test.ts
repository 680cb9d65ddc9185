import { describe, expect, test } from 'vitest'
import { parseQuery } from '../../../../src/callers/flagger/metric-template/parse-query.ts'

describe('parseQuery(text)', () => {
  test('reads a name and its labels, in one line or in several', () => {
    const labels = { namespace: 'shop', name: 'web', policy: 'istio' }
    const line = 'canary_judge_fail{ namespace="shop", name="web", policy="istio" }'
    expect(parseQuery(line)).toEqual({ asked: 'fail', labels })
    expect(parseQuery(`\n${line.replaceAll(', ', ',\n  ').replace(' }', ',\n}')}\n`)).toEqual({
      asked: 'fail',
      labels,
    })
  })

  test('reads quotes and backslashes that are escaped', () => {
    expect(parseQuery(String.raw`canary_judge_score{name="a\"b\\c"}`)).toEqual({
      asked: 'score',
      labels: { name: 'a"b\\c' },
    })
  })

  test('knows what Flagger asks to see whether a Prometheus is there', () => {
    expect(parseQuery('vector(1)')).toBe('online')
  })

  test.each([
    'canary_judge_pass',
    'canary_judge_verdict{name="web"}',
    'rate(canary_judge_fail{name="web"}[1m])',
    'canary_judge_fail{name=~"web"}',
    'canary_judge_fail{name="web" namespace="shop"}',
    'canary_judge_fail{name="web", name="api"}',
    'canary_judge_fail{name="we\nb"}',
    'canary_judge_fail{name="web"} > 0',
    '',
  ])('refuses %s', (text) => {
    expect(parseQuery(text)).toBeUndefined()
  })
})
