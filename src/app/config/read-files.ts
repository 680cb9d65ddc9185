import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Reads the files that a configuration names, and keeps a list of them, so that they can be watched. */
export interface FileReader {
  /**
   * The text of the file without the line break at its end. Where it cannot be read, undefined and a mistake at
   * `place`.
   */
  read(place: string, path: string): Promise<string | undefined>
  /** An absolute path: relative ones start at the configuration file. */
  resolve(path: string): string
  readonly files: readonly string[]
  readonly mistakes: string[]
}

export function createFileReader(configFile: string | undefined): FileReader {
  const base = configFile === undefined ? '.' : dirname(resolve(configFile))
  const files: string[] = []
  const mistakes: string[] = []
  return {
    files,
    mistakes,
    resolve: (path) => resolve(base, path),
    async read(place, path) {
      const absolute = resolve(base, path)
      files.push(absolute)
      try {
        const text = (await readFile(absolute, 'utf8')).trimEnd()
        if (text !== '') return text
        mistakes.push(`${place}: expected text in ${absolute}, got an empty file`)
      } catch (error) {
        mistakes.push(`${place}: expected a readable file at ${absolute}, got ${reason(error)}`)
      }
      return undefined
    },
  }
}

export function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error'
}
