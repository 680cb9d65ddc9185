import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { answersInLines, plainLine } from '../../../src/http/problems/plain-line.ts'

test('plainLine(text) is one well-formed line under 300 characters, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (text) => {
      const line = plainLine(text)
      expect(line.length).toBeLessThan(300)
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(line.isWellFormed()).toBe(true)
    }),
  )
})

test('plainLine(text) keeps a short text and cuts a long one with an ellipsis', () => {
  expect(plainLine('errors 1.9%\r\n\tof 4,210')).toBe('errors 1.9% of 4,210')
  expect(plainLine('x'.repeat(299))).toBe('x'.repeat(299))
  expect(plainLine('x'.repeat(300))).toBe(`${'x'.repeat(298)}…`)
})

test('plainLine(text) does not cut a character in half', () => {
  expect(plainLine(`${'x'.repeat(297)}🐤🐤🐤`)).toBe(`${'x'.repeat(297)}…`)
})

test.each([
  ['/v1/flagger', true],
  ['/v1/flagger/rollout?x=1', true],
  ['/gate/check', true],
  ['/rollback', true],
  ['/rollback?a', true],
  ['/v1/flaggers', false],
  ['/gates', false],
  ['/v1/runs', false],
  ['/', false],
])('answersInLines(%s) is %s', (url, expected) => {
  expect(answersInLines(url)).toBe(expected)
})
