import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const list = new URL('../../../.ci/go-tools', import.meta.url)

/** The tools that `.ci/run` builds with Go, and the module of each. */
export const goTools: Readonly<Record<string, string>> = Object.fromEntries(
  readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line): [string, string] => {
      const [tool = '', module = ''] = line.split(' ')
      return [tool, module]
    }),
)

/** Why the suites that need a tool are skipped; undefined when it is on PATH. */
export function goToolMissing(tool: 'helm' | 'actionlint'): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  if (folders.some((folder) => existsSync(join(folder, tool)))) return undefined
  return `${tool} is not on PATH; get it with: go install ${goTools[tool]}`
}
