import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../store-error.ts'

/**
 * A folder for nobody else to enter, with those above it. Node's own `recursive` never ends, and keeps a thread busy,
 * where a folder is there and nothing can be made in it, as in /proc.
 */
export const makeFolder = async (path: string): Promise<void> => {
  if (await isMade(path)) return
  await makeFolder(dirname(path))
  // Two services may begin together; what is in the way otherwise shows when a file is opened below it.
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
