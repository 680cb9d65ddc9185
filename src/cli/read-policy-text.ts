import { readFile } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { messageOf } from './message-of.ts'

export async function readPolicyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new AppError('invalid-policy', `expected a readable policy file at ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
