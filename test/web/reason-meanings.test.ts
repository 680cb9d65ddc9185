import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reasonMeanings } from '../../src/web/parts/reason-meanings.ts'

test('docs/statistics.md and the page of reasons have the same codes', () => {
  const page = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8')
  const [, table = ''] = /## Reasons\n([\s\S]*?)\n## /.exec(page) ?? []
  const rows = table.split('\n').map((row) => row.split('|')[1] ?? '')
  const codes = rows.flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, code = '']) => code))
  expect(codes.toSorted()).toEqual(Object.keys(reasonMeanings).toSorted())
})
