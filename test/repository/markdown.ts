import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface CodeBlock {
  readonly language: string
  readonly text: string
}

/** Paths of every Markdown file of the project, from its root. */
export const markdownFiles = (): readonly string[] =>
  globSync('{*.md,*/**/*.md}', {
    cwd: root,
    exclude: (path) => /^(node_modules|dist|coverage|reports|\.\w+)(\/|$)/.test(path),
  }).toSorted()

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

export const codeBlocks = (text: string): readonly CodeBlock[] =>
  [...text.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map(([, language = '', inner = '']) => ({
    language,
    text: inner,
  }))

/** The targets of links and images. */
export const linksOf = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** The anchors of headings as GitHub makes them: equal ones are numbered. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    const anchor = plain.trim().replaceAll(/\s/g, '-')
    const same = [...anchors].filter((each) => each === anchor || each.startsWith(`${anchor}-`)).length
    anchors.add(anchors.has(anchor) ? `${anchor}-${same}` : anchor)
  }
  return anchors
}

/** The cells of every row of every table whose head begins with the given cell. */
export function tableRows(text: string, firstHead: string): readonly (readonly string[])[] {
  const tables = text.match(/(?:^\|.*\|\n)+/gm) ?? []
  return tables
    .map((table) => table.trim().split('\n').map(cellsOf))
    .filter(([head]) => head?.[0] === firstHead)
    .flatMap((rows) => rows.slice(2))
}

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

const withoutCode = (text: string): string =>
  text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '')
