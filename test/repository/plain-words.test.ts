import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { markdownFiles, readText, root } from './markdown.ts'

/** Words of sentences that do not name their subject or their object; a plain sentence says who does what. */
const unclear = /\b(?:told|whoever|nobody|of it)\b/i

it.each([
  ['comments of src', globSync('src/**/*.ts', { cwd: root }), comments],
  ['comments of tests', globSync('test/**/*.ts', { cwd: root }), comments],
  [
    'comments of benchmarks and scripts',
    globSync('{bench,scripts}/**/*.{ts,mts,mjs}', { cwd: root }),
    comments,
  ],
  ['comments of manifests', globSync('{charts,rollouts,policies}/**/*.yaml', { cwd: root }), hashComments],
  ['pages, decisions and the changelog', markdownFiles(), (text: string) => text.split('\n')],
] as const)('%s have no "told", "whoever", "nobody" and "of it"', (_name, files, linesOf) => {
  expect(files.length).toBeGreaterThan(20)
  const found = files.flatMap((file) =>
    linesOf(readText(file))
      .filter((line) => unclear.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})

it('comments() gives whole lines and the ends of lines, and no code', () => {
  const code = ['/** One. */', ' * two', "const url = 'http://a.example' // three", "call('four')"].join('\n')
  expect(comments(code)).toEqual(['/** One. */', ' * two', '// three'])
})

function comments(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => (/^\s*(?:\/\*\*|\*|\/\/)/.test(line) ? [line] : (/(?<=\s)\/\/ .*$/.exec(line) ?? [])))
}

function hashComments(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /(?:^|\s)# .*$/.exec(line) ?? [])
}
