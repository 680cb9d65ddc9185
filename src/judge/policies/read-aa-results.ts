import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AaResult, parseAaResults } from '../../formats/past/aa-result.ts'
import { readBoundedFile } from './read-bounded-file.ts'

export interface ReadResults {
  readonly results: readonly AaResult[]
  readonly failed: readonly { readonly file: string; readonly error: unknown }[]
}

/** The results of `canary-judge aa` that stand beside the policies, in files such as `web.aa.jsonl`. */
export async function readAaResults(directory: string): Promise<ReadResults> {
  const names = await readdir(directory)
  const files = names.filter((name) => /^[^.].*\.aa\.jsonl$/.test(name)).toSorted()
  const results: AaResult[] = []
  const failed: { readonly file: string; readonly error: unknown }[] = []
  for (const file of files) {
    try {
      const content = await readBoundedFile(join(directory, file))
      results.push(...parseAaResults(content.toString('utf8'), file))
    } catch (error) {
      failed.push({ file, error })
    }
  }
  return { results, failed }
}
