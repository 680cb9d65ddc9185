import { formatPage } from './format-page.ts'
import { rolloutsTables, rulesOnly } from './rollouts-tables.ts'
import { trafficTable } from './traffic-table.ts'

const tables = {
  'docs/statistics.md': rolloutsTables,
  'README.md': rulesOnly,
  'docs/guides/low-traffic.md': trafficTable,
} as const

type Page = keyof typeof tables

/** Pages with tables of `npm run bench:rollouts`. */
export const pages: readonly Page[] = ['docs/statistics.md', 'README.md', 'docs/guides/low-traffic.md']

/** The page with its tables written anew from the benchmark's results. */
export async function written(page: Page, text: string, json: string): Promise<string> {
  const found = tables[page](text, json)
  // prettier would break the formulae of this page
  if (page === 'docs/statistics.md') return found
  return formatPage(page, found)
}
