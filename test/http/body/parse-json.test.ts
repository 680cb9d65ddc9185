import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { parseJson } from '../../../src/http/body/parse-json.ts'

const refusal = (text: string, maxDepth = 8) => {
  try {
    parseJson(text, maxDepth)
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message, issues: error.issues }
    throw error
  }
  return undefined
}

const unreserved = fc
  .jsonValue({ maxDepth: 5 })
  .filter((value) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(value)))

test('parseJson(text) gives what JSON.parse gives for any JSON without the forbidden', () => {
  fc.assert(
    fc.property(unreserved, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      expect(parseJson(text, 32)).toEqual(JSON.parse(text))
    }),
  )
})

test.each([
  ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}', 'the same key in different objects'],
  ['{"a":"{\\"__proto__\\": [[[[[[[[["}', 'braces and keys inside a text'],
  ['{"a\\\\":1,"a":2,"\\"a":3}', 'keys with escapes that differ'],
  ['["constructor", "__proto__"]', 'reserved words that are values'],
  ['  "x"  ', 'a text alone'],
  ['[[[[[[[[]]]]]]]]', 'as many levels as are allowed'],
])('parseJson(%s) takes %s', (text) => {
  expect(parseJson(text, 8)).toEqual(JSON.parse(text))
})

test.each([
  ['__proto__', '{"a":[{"b":{"__proto__":{}}}]}', 'a[0].b.__proto__'],
  ['__proto__', '{"\\u005f_proto__":1}', '__proto__'],
  ['constructor', '[0,{"constructor":1}]', '[1].constructor'],
  ['prototype', '{"x":{},"prototype":1}', 'prototype'],
])('parseJson() refuses a key named %s: %s', (key, text, path) => {
  const message = `expected no key named "${key}"`
  expect(refusal(text)).toEqual({
    code: 'bad-json',
    message: `${message}, got one at ${path}`,
    issues: [{ path, message }],
  })
})

test('parseJson() refuses a key that stands twice in one object, escaped or not', () => {
  const message = 'expected each key once, got it twice'
  expect(refusal('{"m":[{"a":1,"b":2,"\\u0061":3}]}')).toEqual({
    code: 'bad-json',
    message: `${message}: m[0].a`,
    issues: [{ path: 'm[0].a', message }],
  })
})

test('parseJson() names the field in which the nesting gets too deep', () => {
  const message = 'expected at most 3 levels of nesting, got more'
  expect(refusal('{"a":{"b":[[]]}}', 3)).toEqual({
    code: 'bad-json',
    message,
    issues: [{ path: 'a.b[0]', message }],
  })
})

test.each([
  ['', 'expected JSON, got nothing'],
  [' \n', 'expected JSON, got nothing'],
  ['{"token": s3cret}', 'expected JSON, got a syntax error'],
  ['{"a":1}}', 'expected JSON, got a syntax error at line 1 column 8'],
  ['[NaN]', 'expected JSON, got a syntax error'],
])('parseJson(%j) says where, and never quotes the body', (text, message) => {
  const got = refusal(text)
  expect(got?.code).toBe('bad-json')
  expect(got?.message).toMatch(new RegExp(`^${message}`))
  expect(got?.message).not.toContain('s3cret')
})

test('parseJson() throws nothing but AppError, however deep or broken the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'u0', '1', ' ') }),
      (text) => {
        refusal(text)
      },
    ),
  )
  expect(refusal('['.repeat(1_000_000))?.code).toBe('bad-json')
  expect(refusal(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)?.issues[0]?.path).toHaveLength(24)
  expect(refusal(`{"${'k'.repeat(5000)}":{"constructor":1}}`)?.issues[0]?.path).toHaveLength(201)
})
