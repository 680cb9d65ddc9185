import { existsSync, globSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { adrIndex } from '../../scripts/contents/adr-index.ts'
import { anchorsOf, linksOf, markdownFiles, readText, root } from './markdown.ts'

const files = markdownFiles()

/** The links of one file whose target does not exist. */
function deadLinks(file: string, text: string): readonly string[] {
  return linksOf(text)
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
    .filter((target) => !exists(file, text, decodeURI(target)))
}

function exists(file: string, text: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const full = path === '' ? file : join(dirname(file), path)
  // Other users do not have files outside of the repository.
  if (full.startsWith('..') || !existsSync(join(root, full))) return false
  if (anchor === undefined) return true
  if (statSync(join(root, full)).isDirectory()) return false
  return anchorsOf(path === '' ? text : readText(full)).has(anchor)
}

test('there is Markdown to check', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/glossary.md', 'docs/adr/README.md']))
})

test.each(files)('every relative link and anchor of %s leads somewhere', (file) => {
  expect(deadLinks(file, readText(file))).toEqual([])
})

test('deadLinks() finds a missing file, a missing anchor, and what lies outside', () => {
  const text =
    '# A b!\n[a](#a-b) [b](#c) [c](docs/none.md) [d](../x.md) [e](README.md) [f](https://a.example) `[g](h)`'
  expect(deadLinks('README.md', text)).toEqual(['#c', 'docs/none.md', '../x.md'])
})

test('docs/adr/README.md is what npm run adr-index writes', () => {
  expect(readText('docs/adr/README.md')).toBe(adrIndex())
  expect(adrIndex()).toMatch(/^\| \[0001\]\(0001-[a-z0-9-]+\.md\) \| [A-Z]/m)
  for (const path of globSync('docs/adr/0*.md', { cwd: root }))
    expect(readText(path)).toMatch(
      new RegExp(`^# ${path.slice(9, 13)}: .+\n\n_Accepted, \\d{4}-\\d\\d-\\d\\d.*_\n`),
    )
})
