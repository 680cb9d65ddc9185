import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Why the transcripts are not played; undefined when the tools that they use are installed. */
export function toolsMissing(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const isThere = (tool: string): boolean => folders.some((folder) => existsSync(join(folder, tool)))
  const missing = ['curl', 'jq'].filter((tool) => !isThere(tool))
  if (missing.length === 0) return undefined
  const are = missing.length === 1 ? 'is' : 'are'
  return `${missing.join(' and ')} ${are} not installed; get them with: apt-get install ${missing.join(' ')}`
}
