import { expect, test } from 'vitest'
import { fixture } from './examples.ts'
import { lintText, short } from './lint-text.ts'

const withLimit = (limit: string, count = '5'): string =>
  fixture('argo')
    .replace('      consecutiveSuccessLimit: 1\n', '')
    .replace("count: '{{args.looks}}'", `count: ${count}`)
    .replace("inconclusiveLimit: '{{args.looks}}'", `inconclusiveLimit: ${limit}`)

const messages = async (text: string): Promise<readonly string[]> =>
  (await lintText(text)).findings.filter(({ rule }) => rule === 'inconclusive-passes').map(short)

test.each(["'{{args.limit}}'", 'abc', "''", '[1]', '4', "'4'"])(
  'inconclusive-passes says nothing about inconclusiveLimit %s below a count of 5, or without a number',
  async (limit) => {
    expect(await messages(withLimit(limit))).toEqual([])
  },
)

test.each(["'{{args.count}}'", 'abc', '0'])(
  'inconclusive-passes says nothing about a count of %s',
  async (count) => {
    expect(await messages(withLimit('5', count))).toEqual([])
  },
)

test.each([
  ['5', 5],
  ["'5'", 5],
  ['-1', -1],
])('inconclusive-passes finds inconclusiveLimit %s with a count of 5', async (limit, number) => {
  const says = `5 inconclusive measurements are a success, since inconclusiveLimit is ${number}`
  expect(await messages(withLimit(limit))).toEqual([expect.stringContaining(says)])
})
