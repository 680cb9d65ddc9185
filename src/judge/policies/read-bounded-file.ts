import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const maxBytes = 1024 * 1024

/**
 * The bytes of a regular file of limited size. Anything else rejects at once: reading a pipe would wait for a writer
 * and block one of the few threads that read files.
 */
export async function readBoundedFile(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw refusal('EINVAL', `expected a file at ${path}, got something else`)
    if (stat.size > maxBytes) {
      throw refusal('EFBIG', `expected at most ${maxBytes} bytes at ${path}, got ${stat.size}`)
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

const refusal = (code: string, message: string): Error => Object.assign(new Error(message), { code })
