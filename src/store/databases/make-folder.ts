import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../store-error.ts'

/**
 * Makes a folder for its owner alone, and the folders above it. Node's `recursive` option never ends, and keeps a
 * thread busy, in a folder where nothing can be created, such as /proc.
 */
export const makeFolder = async (path: string): Promise<void> => {
  if (await isMade(path)) return
  await makeFolder(dirname(path))
  // two services may start at once; other failures show when a file is opened in the folder
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
}

/** False when a folder above it is missing. */
const isMade = async (path: string): Promise<boolean> => {
  try {
    await mkdir(path, { mode: 0o700 })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return true
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false
    throw error
  }
}
