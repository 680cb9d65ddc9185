import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findingCodes } from '../../src/judge/ports/diagnosis.ts'

const page = readFileSync(new URL('../../docs/debugging.md', import.meta.url), 'utf8')
/** Only a recording can show these; a probe reads too little. */
const others = [
  'source-down',
  'source-timeout',
  'source-refused',
  'source-invalid',
  'source-partial',
  'source-too-large',
  'no-canary-series',
  'no-stable-series',
  'duplicate-target',
  'clock-skew',
  'gap',
  'coarse-scrape',
  'mixed-series',
]

test('docs/debugging.md explains every code that a probe can find, and no other', () => {
  const explained: (string | undefined)[] = [...page.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code),
  )
  expect(new Set(explained)).toEqual(new Set<string>([...findingCodes, ...others]))
})
