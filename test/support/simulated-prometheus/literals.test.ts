import { describe, expect, test } from 'vitest'
import { toMilliseconds, toNumber, unquote } from './literals.ts'

describe('unquote', () => {
  test.each([
    ['"a\\n\\t\\\\\\"b\'"', 'a\n\t\\"b\''],
    [`'a\\'b"'`, `a'b"`],
    ['`a\\n"\'`', 'a\\n"\''],
    ['"\\x41\\101\\u00e9\\U0001F424"', 'AAé🐤'],
    ['"\\xc3\\xa9"', 'é'],
    ['""', ''],
  ])('unquote(%s) is %j', (literal, value) => {
    expect(unquote(literal)).toBe(value)
  })

  test.each(['"\\q"', `"\\'"`, '"\\x4"', '"\\777"', '"\\ud800"', '"\\U00110000"'])(
    'unquote(%s) throws a SyntaxError',
    (literal) => {
      expect(() => unquote(literal)).toThrow(SyntaxError)
    },
  )
})

test('toNumber reads what PromQL writes', () => {
  expect(['1.5', '-2', '+3', '1e3', '0x1F', 'Inf', '-inf', '1_000'].map(toNumber)).toEqual([
    1.5,
    -2,
    3,
    1000,
    31,
    Infinity,
    -Infinity,
    1000,
  ])
  expect(toNumber('NaN')).toBeNaN()
  expect(() => toNumber('5m')).toThrow('not simulated')
})

test('toMilliseconds reads durations of several units', () => {
  expect(['1h30m', '15s', '250ms', '1d', '1w', '1y'].map(toMilliseconds)).toEqual([
    5_400_000, 15_000, 250, 86_400_000, 604_800_000, 31_536_000_000,
  ])
  expect(() => toMilliseconds('300')).toThrow('not simulated')
})
