import { join } from 'node:path'
import { readBoundedFile } from './read-bounded-file.ts'

export interface FailedFile {
  readonly file: string
  readonly error: unknown
}

export interface Texts {
  readonly texts: readonly { readonly file: string; readonly text: string }[]
  readonly failed: readonly FailedFile[]
}

/** The texts of these files of a folder, one after the other; a file that cannot be read does not stop the others. */
export async function readTexts(directory: string, files: readonly string[]): Promise<Texts> {
  const texts: { readonly file: string; readonly text: string }[] = []
  const failed: FailedFile[] = []
  for (const file of files) {
    try {
      const text = await readBoundedFile(join(directory, file))
      texts.push({ file, text: text.toString('utf8') })
    } catch (error) {
      failed.push({ file, error })
    }
  }
  return { texts, failed }
}
