import { readdir } from 'node:fs/promises'
import { type AaResult, parseAaResults } from '../../formats/past/aa-result.ts'
import { type FailedFile, readTexts } from './read-texts.ts'

export interface ReadResults {
  readonly results: readonly AaResult[]
  readonly failed: readonly FailedFile[]
}

/** The results of `canary-judge aa` that stand beside the policies, in files such as `web.aa.jsonl`. */
export async function readAaResults(directory: string): Promise<ReadResults> {
  const names = await readdir(directory)
  const { texts, failed } = await readTexts(
    directory,
    names.filter((name) => /^[^.].*\.aa\.jsonl$/.test(name)).toSorted(),
  )
  const results: AaResult[] = []
  const refused: FailedFile[] = []
  for (const { file, text } of texts) {
    try {
      results.push(...parseAaResults(text, file))
    } catch (error) {
      refused.push({ file, error })
    }
  }
  return { results, failed: [...failed, ...refused] }
}
