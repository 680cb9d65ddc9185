import { describe, expect, test } from 'vitest'
import { toRegExp } from './to-regexp.ts'

describe('toRegExp', () => {
  test.each([
    ['a|b', ['a', 'b'], ['ab', 'xa', 'bx', '']],
    ['web-.*', ['web-', 'web-1', 'web-\r'], ['web-\n', 'a web-']],
    ['(?:a)(b)(?P<n>c)(?<m>d)', ['abcd'], ['abc']],
    ['[a-c]+', ['abc'], ['d', '']],
    ['[]a]', [']', 'a'], ['b']],
    ['[^]a]', ['b'], [']', 'a']],
    ['[\\]\\-\\s[]', [']', '-', ' ', '['], ['\u00a0', 's']],
    ['\\s', [' ', '\t'], ['\u00a0', '\v']],
    ['a{2}b{1,}c{0,1}', ['aab', 'aabbc'], ['ab']],
    ['a{b}{', ['a{b}{'], ['ab']],
    ['a]', ['a]'], ['a']],
    ['\\.\\-\\/\\@', ['.-/@'], ['a-/@']],
    ['\\x41\\x{1F424}', ['A🐤'], ['A']],
    ['🐤.', ['🐤🐤'], ['🐤']],
    ['(?i)web', ['WEB', 'Web'], ['we']],
    ['\\d\\w\\D\\W', ['1a-!'], ['aa-!']],
    ['', [''], ['a']],
  ])('toRegExp(%j) takes %j and not %j', (pattern, yes, no) => {
    const expression = toRegExp(pattern)
    expect(yes.filter((text) => !expression.test(text))).toEqual([])
    expect(no.filter((text) => expression.test(text))).toEqual([])
  })

  test.each(['(?=a)', '(?!a)', '(?<=a)', '\\1', '\\q', '\\', '[a', '(a', 'a**', '*', '[[:alpha:]]', '(?s)a'])(
    'toRegExp(%j) throws a SyntaxError',
    (pattern) => {
      expect(() => toRegExp(pattern)).toThrow(SyntaxError)
    },
  )
})
