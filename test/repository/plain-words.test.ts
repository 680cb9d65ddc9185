import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { markdownFiles, readText, root } from './markdown.ts'

/** Words of long sentences whose subject is hard to find; a plain sentence names who does what. */
const unclear = /\b(?:told|whoever|nobody)\b/i

it.each([
  ['comments of src', globSync('src/**/*.ts', { cwd: root }), (text: string) => comments(text)],
  ['pages', markdownFiles().filter(isPage), (text: string) => text.split('\n')],
] as const)('%s have no "told", "whoever" and "nobody"', (_name, files, linesOf) => {
  expect(files.length).toBeGreaterThan(20)
  const found = files.flatMap((file) =>
    linesOf(readText(file))
      .filter((line) => unclear.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})

/** The decisions in docs/adr keep the words that they were written with. */
function isPage(path: string): boolean {
  return /^(docs\/(?!adr\/)|[A-Z]+\.md)/.test(path)
}

function comments(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^\s*(?:\/\*\*|\*|\/\/)/.test(line))
}
