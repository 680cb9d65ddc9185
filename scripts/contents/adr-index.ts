import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../docs/adr/', import.meta.url)
const head = `# Decisions

Decisions worth arguing about, one page each: what was decided, why, what was measured, what was not taken. \`npm run adr-index\` writes this list.

| number | decision |
| ------ | -------- |
`

/** The list of decisions, made from the titles of their files. */
export function adrIndex(): string {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .toSorted()
  return `${head}${files.map(toRow).join('')}`
}

function toRow(file: string): string {
  const [title = ''] = readFileSync(new URL(file, folder), 'utf8').split('\n')
  return `| [${file.slice(0, 4)}](${file}) | ${title.replace(/^# (?:\d+[.:] )?/, '')} |\n`
}
