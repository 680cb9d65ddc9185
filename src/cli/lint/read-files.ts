import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import type { FileText } from '../../lint/reading/read-manifests.ts'
import { messageOf } from '../message-of.ts'

const maxBytes = 32 * 1024 * 1024
const maxFiles = 20_000

/** The texts of files, of folders with all that is in them, and of standard input. */
export async function readFiles(paths: readonly string[], input: Readable): Promise<readonly FileText[]> {
  const files: FileText[] = []
  for (const path of new Set(paths)) {
    if (path === '-') files.push({ file: '-', text: toText('-', await buffer(input)), named: true })
    else if (await isFolder(path)) files.push(...(await readFolder(path)))
    else files.push({ file: path, text: toText(path, await read(path)), named: true })
  }
  return files
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw new AppError('bad-request', `expected a file or a folder: ${messageOf(error)}`, { cause: error })
  }
}

async function readFolder(folder: string): Promise<readonly FileText[]> {
  const names = await namesIn(folder)
  if (names.length > maxFiles)
    throw new AppError('bad-request', `expected at most ${maxFiles} files in ${folder}, got more`)
  const files: FileText[] = []
  for (const name of names) files.push({ file: name, text: toText(name, await read(name)), named: false })
  return files
}

/** Links are not followed, so that no circle is. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names: string[] = []
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !/^(\..*|node_modules)$/.test(entry.name)) names.push(...(await namesIn(path)))
    if (entry.isFile() && /\.ya?ml$/.test(entry.name)) names.push(path)
  }
  return names
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new AppError('bad-request', `expected a readable file: ${messageOf(error)}`, { cause: error })
  }
}

function toText(path: string, bytes: Buffer): string {
  if (bytes.length > maxBytes)
    throw new AppError('bad-request', `expected at most ${maxBytes} bytes in ${path}, got ${bytes.length}`)
  return bytes.toString('utf8')
}
