import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { basesOf } from '../../src/cli/read-policy-file.ts'
import { readPolicy } from '../../src/app/reload/read-policy.ts'
import { linksOf, readText, root } from './markdown.ts'

const pages = globSync('docs/guides/*.md', { cwd: root }).toSorted()

const policies = pages.flatMap((page) =>
  yamlBlocks(readText(page))
    .filter((text) => text.startsWith('name: '))
    .map((text) => ({ page, text })),
)

/** Finds all YAML blocks, also the indented ones in lists. */
function yamlBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^( *)```yaml\n(.*?)^\1```$/gms)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

test.each(policies)('$page has a policy without mistakes', async ({ text }) => {
  const bases = await basesOf(join(root, 'policies/guide.yaml'), text, { env: {} })
  expect(readPolicy(text, 'guide', bases).warnings).toEqual([])
})

describe('docs/guides/README.md', () => {
  test('lists every guide', () => {
    const listed = new Set(linksOf(readText('docs/guides/README.md')))
    const names = pages.map((page) => page.replace('docs/guides/', '')).filter((name) => name !== 'README.md')
    expect(names.filter((name) => !listed.has(name))).toEqual([])
  })

  test('speaks of policies, so that the tests above have something to check', () => {
    expect(policies.length).toBeGreaterThan(5)
  })
})
