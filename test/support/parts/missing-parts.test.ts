import { expect, test } from 'vitest'
import { missingText } from './missing-parts.ts'

test('missingText() has a line for each part that is missing, and none where all are there', () => {
  expect(missingText([undefined, undefined])).toBe('')
  expect(
    missingText([undefined, 'PostgreSQL is not installed; get it with: apt-get install postgresql']),
  ).toBe('Some tests were skipped: PostgreSQL is not installed; get it with: apt-get install postgresql\n')
})
