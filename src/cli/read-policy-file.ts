import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Policy } from '../engine/model/policy.ts'
import { AppError } from '../errors.ts'
import type { BasePolicies } from '../formats/policy/extend-policy.ts'
import { type ParsedPolicy, parsePolicy, readHead } from '../formats/policy/parse-policy.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import type { Streams } from './command.ts'
import { messageOf } from './message-of.ts'
import { plain } from './plain.ts'

/** Reads a policy file, with what it extends. */
export async function readPolicyFile(path: string): Promise<ParsedPolicy> {
  const text = await readPolicyText(path)
  return parsePolicy(text, path, undefined, await basesBeside(path, text))
}

/** The policy of a file; its warnings go to the errors. */
export async function readPolicyAndWarn(
  path: string,
  errors: Pick<Streams['errors'], 'write'>,
): Promise<Policy> {
  const { policy, warnings } = await readPolicyFile(path)
  for (const warning of warnings) errors.write(`${plain(`${path}: warning: ${toIssueText(warning)}`)}\n`)
  return policy
}

/** The policies that a policy may extend: the bundled ones, and those in the folder of its file. */
export async function basesBeside(path: string, text: string): Promise<BasePolicies | undefined> {
  return readHead(text).extends === undefined ? undefined : basesIn(dirname(resolve(path)))
}

/** The bundled policies and those of a folder. */
export async function basesIn(directory: string): Promise<BasePolicies> {
  const [{ createPolicyLibrary }, { bundledPolicies }, { readPolicy }] = await Promise.all([
    import('../judge/judge.ts'),
    import('../app/reload/policy-places.ts'),
    import('../app/reload/read-policy.ts'),
  ])
  const library = createPolicyLibrary(readPolicy)
  const { take } = await library.read({ bundled: bundledPolicies, directory })
  take()
  return library.bases()
}

async function readPolicyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new AppError('invalid-policy', `expected a readable policy file at ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
