import { parser } from '@prometheus-io/lezer-promql'
import { assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../src/errors.ts'
import {
  equals,
  escapeRegex,
  oneOf,
  printMatcher,
  quoted,
} from '../../../../src/sources/prometheus/queries/matcher.ts'
import {
  addMatchers,
  parseSelector,
  printSelector,
} from '../../../../src/sources/prometheus/queries/selector.ts'

const ns = equals('namespace', 'shop')

describe('parseSelector', () => {
  test.each([
    ['http_requests_total', 'http_requests_total', []],
    ['x{}', 'x', []],
    ['x{a="b",c!~"d|e",}', 'x', ['a="b"', 'c!~"d|e"']],
    ["x { a = 'b' } # end", 'x', ["a='b'"]],
    ['x{a= # why\n"b"}', 'x', ['a="b"']],
  ])('parseSelector(%j) keeps the matchers as written', (text, metric, matchers) => {
    const selector = parseSelector(text.replace(' # end', ''))
    expect([selector.metric, selector.matchers.map((matcher) => matcher.text)]).toEqual([metric, matchers])
  })

  test.each([
    'rate(x[5m])',
    'x[5m]',
    'x + y',
    'x offset 5m',
    'sum(x)',
    'x{a=b}',
    'x{',
    '',
    '"x"',
    '{a="b"}',
    'x}) or (y',
    `x{${'a'.repeat(200)}`,
  ])('parseSelector(%j) is refused', (text) => {
    expect(() => parseSelector(text)).toThrow(AppError)
  })

  test('parseSelector(text) names the labels', () => {
    expect(parseSelector('x{a="1",b=~"2"}').matchers.map(({ label }) => label)).toEqual(['a', 'b'])
  })
})

describe('printSelector', () => {
  test('printSelector(selector, matchers) merges, and repeats no matcher', () => {
    const selector = parseSelector('x{namespace="shop",a="b"}')
    expect(printSelector(selector, [ns, equals('c', 'd')])).toBe('x{namespace="shop",a="b",c="d"}')
    expect(printSelector(parseSelector('x'))).toBe('x')
    expect(printSelector(parseSelector('x'), [ns], 'x_bucket')).toBe('x_bucket{namespace="shop"}')
  })
})

describe('addMatchers', () => {
  test.each([
    [
      'rate(container_cpu_usage_seconds_total[2m])',
      'rate(container_cpu_usage_seconds_total{namespace="shop"}[2m])',
    ],
    ['a{x="y"} / b', 'a{x="y",namespace="shop"} / b{namespace="shop"}'],
    ['sum by (pod) (a offset 5m)', 'sum by (pod) (a{namespace="shop"} offset 5m)'],
    ['{__name__=~"a|b"}', '{__name__=~"a|b",namespace="shop"}'],
    ['{"a.b","l.x"="y"}', '{"a.b","l.x"="y",namespace="shop"}'],
    ['a{x="}"} unless a{x="{"}', 'a{x="}",namespace="shop"} unless a{x="{",namespace="shop"}'],
    ['max_over_time(a[5m:1m])', 'max_over_time(a{namespace="shop"}[5m:1m])'],
  ])('addMatchers(%j) reaches every selector', (query, expected) => {
    expect(addMatchers(query, [ns])).toBe(expected)
  })

  test.each(['1 + 1', 'time()', 'rate(x[5m]', 'x{a="b"'])('addMatchers(%j) is refused', (query) => {
    expect(() => addMatchers(query, [ns])).toThrow(AppError)
  })
})

describe('matchers', () => {
  test('oneOf(label, values) is an equality for one value and escapes several', () => {
    expect(printMatcher(oneOf('v', ['a', 'a']))).toBe('v="a"')
    expect(printMatcher(oneOf('v', ['a.b', 'c|d']))).toBe(String.raw`v=~"a\\.b|c\\|d"`)
  })

  const anyText = oneof(
    string({ unit: 'binary' }),
    string({ unit: 'grapheme' }),
    constantFrom('"', '\\', "'", '`', '"} or vector(1) #', '\n', '\\"', '{{', '\u2028', '\ud800', '$1'),
  )

  test('addMatchers(query, any value) parses to the same tree but for one literal, which reads back', () => {
    const query = 'sum(rate(a{x="y"}[5m])) / b'
    const shapeOf = (text: string): string => {
      const names: string[] = []
      parser
        .parse(text)
        .iterate({ enter: ({ name }) => void names.push(name), leave: () => void names.push(')') })
      return names.join(' ')
    }
    const expected = shapeOf(addMatchers(query, [equals('name', 'plain')]))
    assert(
      property(anyText, (value) => {
        const result = addMatchers(query, [equals('name', value)])
        expect(shapeOf(result)).toBe(expected)
        expect(result.replaceAll(quoted(value), '"plain"')).toBe(
          addMatchers(query, [equals('name', 'plain')]),
        )
        expect(JSON.parse(quoted(value))).toBe(value.toWellFormed())
      }),
      { numRuns: 500 },
    )
  })

  test('escapeRegex(text) matches this text alone', () => {
    assert(
      property(anyText, anyText, (text, other) => {
        const pattern = new RegExp(`^(?:${escapeRegex(text)})$`, 's')
        expect(pattern.test(text)).toBe(true)
        expect(pattern.test(other)).toBe(other === text)
      }),
    )
  })
})

test('quoted() escapes what stands in place of broken text, which Prometheus refuses as it is', () => {
  expect(quoted('a\ud800b\ufffd')).toBe(String.raw`"a\ufffdb\ufffd"`)
})
