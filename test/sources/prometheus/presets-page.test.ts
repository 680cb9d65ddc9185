import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { armsOf, presetNames } from '../../../src/sources/prometheus/arms/presets.ts'

const page = readFileSync(new URL('../../../docs/presets.md', import.meta.url), 'utf8')
const subject = { namespace: 'shop', name: 'web', revision: 'ccc', stableRevision: 'bbb', params: {} }

test('docs/presets.md lists every preset once', () => {
  const listed = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => name)
  expect(listed.toSorted()).toEqual(presetNames.toSorted())
})

test('docs/presets.md shows policies that work', () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => parsePolicy(text))
  expect(examples.map(({ policy }) => armsOf(policy.select, subject).both.length)).toEqual([2, 3])
})
