import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseDrop,
  parseDuration,
  parseQuantile,
  parseQuantity,
  parseRatio,
  parseSeconds,
  parseShare,
  toDuration,
} from '../../../src/formats/policy/amounts.ts'

describe.each([
  [parseDuration, '3m', 180],
  [parseDuration, '2h', 7200],
  [parseDuration, '90s', 90],
  [parseDuration, '1h30m', 5400],
  [parseDuration, '1d', 86_400],
  [parseDuration, '250ms', 0.25],
  [parseDuration, '1.5h', 5400],
  [parseDuration, '0.1s200ms', 0.3],
  [parseDuration, '0', 0],
  [parseDuration, 0, 0],
  [parseDuration, '', undefined],
  [parseDuration, 3, undefined],
  [parseDuration, '3', undefined],
  [parseDuration, '30m1h', undefined],
  [parseDuration, '-3m', undefined],
  [parseDuration, '3 m', undefined],
  [parseSeconds, 0.25, 0.25],
  [parseSeconds, '0.25', 0.25],
  [parseSeconds, '250ms', 0.25],
  [parseSeconds, 'soon', undefined],
  [parseShare, '5%', 0.05],
  [parseShare, '5 %', 0.05],
  [parseShare, '99.9%', 0.999],
  [parseShare, 0.05, 0.05],
  [parseShare, '.05', 0.05],
  [parseShare, -1, undefined],
  [parseShare, Number.NaN, undefined],
  [parseShare, Infinity, undefined],
  [parseShare, '5%%', undefined],
  [parseRatio, 1.5, 1.5],
  [parseRatio, '50%', 1.5],
  [parseRatio, '0%', 1],
  [parseRatio, '5%', 1.05],
  [parseRatio, 0.5, undefined],
  [parseDrop, '10%', 0.1],
  [parseDrop, 0.1, 0.1],
  [parseDrop, 0, 0],
  [parseDrop, 1, 0],
  [parseDrop, 1.25, 1 - 1 / 1.25],
  [parseDrop, '100%', undefined],
  [parseDrop, 'none', undefined],
  [parseQuantity, '512Mi', 512 * 1024 ** 2],
  [parseQuantity, '1.5Gi', 1.5 * 1024 ** 3],
  [parseQuantity, '1Ki', 1024],
  [parseQuantity, '500m', 0.5],
  [parseQuantity, '100n', 1e-7],
  [parseQuantity, '3u', 3e-6],
  [parseQuantity, '2k', 2000],
  [parseQuantity, '1E', 1e18],
  [parseQuantity, '1e3', 1000],
  [parseQuantity, '1.5E-3', 0.0015],
  [parseQuantity, 0.8, 0.8],
  [parseQuantity, '1e999', undefined],
  [parseQuantity, '1e3k', undefined],
  [parseQuantity, '5Xi', undefined],
  [parseQuantity, 'Mi', undefined],
  [parseQuantile, 0.95, 0.95],
  [parseQuantile, '95%', 0.95],
  [parseQuantile, 'p95', 0.95],
  [parseQuantile, 'p99.9', 0.999],
  [parseQuantile, '0.5', 0.5],
  [parseQuantile, 95, undefined],
  [parseQuantile, 'p100', undefined],
  [parseQuantile, 'p95%', undefined],
  [parseQuantile, 0, undefined],
])('%o', (parse, written, expected) => {
  it(`${parse.name}(${JSON.stringify(written)}) is ${expected}`, () => {
    expect(parse(written)).toBe(expected)
  })
})

describe('toDuration', () => {
  it.each([
    [0, '0s'],
    [90, '90s'],
    [180, '3m'],
    [5400, '90m'],
    [7200, '2h'],
    [0.25, '250ms'],
  ])('toDuration(%d) is %s', (seconds, text) => {
    expect(toDuration(seconds)).toBe(text)
  })

  it('toDuration(seconds) reads back as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (milliseconds) => {
        expect(parseDuration(toDuration(milliseconds / 1000))).toBe(milliseconds / 1000)
      }),
    )
  })

  it('parseDuration(long digits) takes linear time', () => {
    expect(parseDuration('1'.repeat(200_000))).toBeUndefined()
  })
})
