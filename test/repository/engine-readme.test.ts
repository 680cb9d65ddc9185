import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { codeBlocks, readText, root } from './markdown.ts'

test('the example of src/engine/README.md runs, and finds that the canary is bad', async () => {
  const example = codeBlocks(readText('src/engine/README.md')).find(({ language }) => language === 'ts')
  const door = pathToFileURL(join(root, 'src/engine/index.ts')).href
  const text = example?.text.replace("'canary-judge/engine'", `'${door}'`) ?? ''
  expect(text).toContain(door)
  const folder = await mkdtemp(join(root, 'test/repository/example-'))
  try {
    await writeFile(join(folder, 'example.ts'), text)
    const { verdict } = await import(join(folder, 'example.ts'))
    expect(verdict.verdict).toBe('fail')
    expect(verdict.summary).toMatch(/^fail: at \d\d:\d\d errors /)
  } finally {
    await rm(folder, { recursive: true })
  }
})
