import { expect, test } from 'vitest'
import { cacheBytes } from '../../src/app/cache-bytes.ts'

const MB = 2 ** 20

test.each([
  ['the 512 MB of the chart', 512, 23_000, 64],
  ['1 GB', 1024, 23_000, 256],
  ['8 GB', 8192, 23_000, 1024],
  ['no limit on a machine of 2 GB', 0, 2048, 768],
  ['no limit, as a number that no machine has', 2 ** 44, 1024, 256],
] as const)('cacheBytes() with %s', (_, limit, machine, expected) => {
  expect(cacheBytes(limit * MB, machine * MB)).toBe(expected * MB)
})
