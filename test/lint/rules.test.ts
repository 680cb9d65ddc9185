import { describe, expect, test } from 'vitest'
import { allRules } from '../../src/lint/rules/rules.ts'
import { examples, textOf } from './examples.ts'
import { lintText, short } from './lint-text.ts'

describe.each(examples)('lint of $base with the mistake $rule: $says', (example) => {
  test('finds this mistake and no other', async () => {
    const { findings } = await lintText(textOf(example, example.broken))
    expect(findings.map(short)).toEqual([
      expect.stringMatching(new RegExp(`^\\d+ ${example.rule}: ${escaped(example.says)}`)),
    ])
  })

  test('finds nothing when it is mended', async () => {
    const { findings, objects } = await lintText(textOf(example, example.mended ?? []))
    expect(findings.map(short)).toEqual([])
    expect(objects).toBeGreaterThan(0)
  })
})

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

test('every rule has an example, and every example a rule', () => {
  const names = allRules.map(({ name }) => name)
  expect([...new Set(examples.map(({ rule }) => rule))].toSorted()).toEqual(names.toSorted())
})

test('every rule says in one or two sentences why it matters and how to mend it', () => {
  for (const { name, finds, why, mend } of allRules) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(finds).toMatch(/^[a-zF].*[^.]$/)
    for (const text of [why, mend]) expect(text).toMatch(/^[A-Za-z].*\.$/)
  }
})
