import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pages, written } from '../../scripts/contents/rollouts-pages.ts'
import { between } from '../../scripts/contents/rollouts-tables.ts'

describe('pages with tables of whole rollouts', () => {
  it.each(pages)(
    "%s carries the benchmark's own figures; `npm run docs:rollouts` writes them",
    async (page) => {
      const text = readFileSync(page, 'utf8')
      expect(await written(page, text, readFileSync('bench/results/rollouts.json', 'utf8'))).toBe(text)
    },
  )
})

describe('between', () => {
  it('puts lines between the two marks and leaves the rest as it is', () => {
    const page = 'before\n<!-- a:begin -->\n\nold\n\n<!-- a:end -->\nafter\n'
    expect(between(page, 'a', ['new'])).toBe('before\n<!-- a:begin -->\n\nnew\n\n<!-- a:end -->\nafter\n')
  })

  it('refuses a page without the marks', () => {
    expect(() => between('nothing', 'a', [])).toThrow(
      'expected <!-- a:begin --> and <!-- a:end --> once in the page',
    )
  })
})
