import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Environment } from '../app/config/config.ts'
import type { Policy } from '../engine/model/policy.ts'
import { AppError } from '../errors.ts'
import type { BasePolicies } from '../formats/policy/extend-policy.ts'
import { type ParsedPolicy, parsePolicy, readHead } from '../formats/policy/parse-policy.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import type { Streams } from './command.ts'
import { messageOf } from './message-of.ts'
import { plain } from './plain.ts'

/** Where the configuration is: in the file of the flags, else in that of CANARY_JUDGE_CONFIG. */
export interface ConfigPlace {
  readonly env: Environment
  readonly config?: string | undefined
}

/** Reads a policy file as the service does, with what it extends and the defaults of the configuration. */
export async function readPolicyFile(path: string, place: ConfigPlace): Promise<ParsedPolicy> {
  const text = await readPolicyText(path)
  return parsePolicy(text, path, undefined, await basesOf(path, text, place))
}

/** The policy of a file; its warnings go to the errors. */
export async function readPolicyAndWarn(
  path: string,
  place: ConfigPlace,
  errors: Pick<Streams['errors'], 'write'>,
): Promise<Policy> {
  const { policy, warnings } = await readPolicyFile(path, place)
  for (const warning of warnings) errors.write(`${plain(`${path}: warning: ${toIssueText(warning)}`)}\n`)
  return policy
}

/** The policies that a policy may extend, which are the bundled ones and those beside its file, and the defaults. */
export async function basesOf(path: string, text: string, place: ConfigPlace): Promise<BasePolicies> {
  const bases = readHead(text).extends === undefined ? none : await basesIn(dirname(resolve(path)))
  return { ...bases, defaults: await policyDefaults(place) }
}

const none: BasePolicies = { bundled: new Map(), own: new Map() }

/** Of the configuration only this part is read, because its secrets may be elsewhere. */
async function policyDefaults({ env, config }: ConfigPlace): Promise<BasePolicies['defaults'] & {}> {
  const path = config ?? env['CANARY_JUDGE_CONFIG']?.trim()
  if (path === undefined || path === '') return {}
  const [{ readConfigFile }, { ConfigError }] = await Promise.all([
    import('../app/config/read-config-file.ts'),
    import('../app/config/config.ts'),
  ])
  const reading = await readConfigFile(path)
  if (!reading.ok) throw new ConfigError(reading.mistakes, [path])
  return reading.defaults ?? {}
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
