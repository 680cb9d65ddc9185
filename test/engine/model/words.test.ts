import { describe, expect, it, test } from 'vitest'
import {
  count,
  level,
  list,
  minutes,
  oneLine,
  percent,
  seconds,
  times,
} from '../../../src/engine/model/words.ts'

test.each([
  [0, '0%'],
  [3e-16, '0%'],
  [-3e-16, '0%'],
  [0.00042, '0.042%'],
  [0.0186, '1.9%'],
  [0.05, '5%'],
  [0.0994, '9.9%'],
  [0.0996, '10%'],
  [0.0999999, '10%'],
  [0.1, '10%'],
  [0.1049, '10%'],
  [0.1051, '11%'],
  [0.368, '37%'],
  [1, '100%'],
  [2.5, '250%'],
  [12.34, '1234%'],
])('percent(%s) is %s', (share, text) => expect(percent(share)).toBe(text))

test.each([
  [0, '0'],
  [999, '999'],
  [999.4, '999'],
  [999.5, '1,000'],
  [37_800, '37,800'],
  [100_000, '100,000'],
  [1_234_567, '1,234,567'],
  [12_345_678_901, '12,345,678,901'],
])('count(%s) is %s', (value, text) => expect(count(value)).toBe(text))

test.each([
  [1, '1 times'],
  [1.06, '1.1 times'],
  [2.14, '2.1 times'],
  [9.94, '9.9 times'],
  [9.96, '10 times'],
  [10, '10 times'],
  [10.4, '10 times'],
  [14.6, '15 times'],
  [123.4, '123 times'],
])('times(%s) is %s', (ratio, text) => expect(times(ratio)).toBe(text))

test.each([
  [0.0025, '2.5 ms'],
  [0.25, '250 ms'],
  [0.33333, '333 ms'],
  [0.999, '999 ms'],
  [1, '1 s'],
  [1.5, '1.5 s'],
  [2.3456, '2.35 s'],
  [60, '60 s'],
])('seconds(%s) is %s', (value, text) => expect(seconds(value)).toBe(text))

test.each([
  [0, '1 more minute'],
  [1, '1 more minute'],
  [1 + 1e-12, '1 more minute'],
  [1.2, '2 more minutes'],
  [6.4, '7 more minutes'],
  [119, '119 more minutes'],
  [119.9, '2 more hours'],
  [150, '3 more hours'],
  [47 * 60, '47 more hours'],
  [48 * 60 - 1, '48 more hours'],
  [48 * 60, '2 more days'],
  [4 * 1440, '4 more days'],
])('minutes(%s) is %s', (value, text) => expect(minutes(value)).toBe(text))

test.each([
  [0, '0'],
  [0.25, '0.25'],
  [999, '999'],
  [1000, '1k'],
  [1234, '1.23k'],
  [999_000, '999k'],
  [1e6, '1M'],
  [536_870_912, '537M'],
  [1e9, '1G'],
  [2.5e10, '25G'],
  [-2500, '-2.5k'],
  [-12, '-12'],
  [0.00000123, '0.00000123'],
  [1.234e-7, '0.000000123'],
  [-2e-9, '-0.000000002'],
  [9e-13, '0'],
])('level(%s) is %s', (value, text) => expect(level(value)).toBe(text))

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
  [['a', 'b', 'c', 'd'], 'a, b, c and d'],
])('list(%j) is %j', (words, text) => expect(list(words)).toBe(text))

describe('oneLine', () => {
  it('leaves out what a JSON writer would escape', () => {
    expect(oneLine('a<b>c & d<<')).toBe('abc d')
  })

  it.each([
    ['line breaks and tabs', 'a\r\n\tb'],
    ['a NUL', 'a\u0000b'],
    ['a zero-width joiner', 'a\u200Db'],
    ['several blanks', '  a   b '],
  ])('makes one blank of %s', (_name, text) => expect(oneLine(text)).toBe('a b'))

  it('keeps 199 characters whole and cuts one more to 199 with an ellipsis', () => {
    expect(oneLine('x'.repeat(199))).toBe('x'.repeat(199))
    expect(oneLine('x'.repeat(200))).toBe(`${'x'.repeat(196)}...`)
  })

  it('cuts neither through a character nor after a blank', () => {
    expect(oneLine(`${'x'.repeat(195)}\u{1F600}${'y'.repeat(9)}`)).toBe(`${'x'.repeat(195)}...`)
    expect(oneLine(`${'x'.repeat(194)}\u{1F600}${'y'.repeat(9)}`)).toBe(`${'x'.repeat(194)}\u{1F600}...`)
    expect(oneLine(`${'x'.repeat(195)} ${'y'.repeat(9)}`)).toBe(`${'x'.repeat(195)}...`)
  })

  it('keeps whole characters beyond the basic plane elsewhere', () => {
    const text = `\u{1F600}${'x'.repeat(300)}`
    expect(oneLine(text)).toBe(`\u{1F600}${'x'.repeat(194)}...`)
  })
})
