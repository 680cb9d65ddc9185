import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Environment } from '../app/config/config.ts'
import type { Policy } from '../engine/model/policy.ts'
import { AppError } from '../errors.ts'
import type { BasePolicies } from '../formats/policy/extend-policy.ts'
import { type ParsedPolicy, parsePolicy, readHead } from '../formats/policy/parse-policy.ts'
import { toIssueText } from '../formats/mistakes/issue-text.ts'
import { nearestKey } from '../formats/mistakes/nearest-key.ts'
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
  const head = readHead(text)
  const bases = head.extends === undefined ? none : await basesIn(dirname(resolve(path)))
  const why = whyBroken(head, bases)
  if (why !== undefined) throw new AppError('invalid-policy', `${path}: extends: ${why}`)
  return { bundled: bases.bundled, own: bases.own, defaults: await policyDefaults(place) }
}

/** The policies of a folder, and for those with mistakes what these are. */
export interface FolderPolicies extends BasePolicies {
  readonly broken: ReadonlyMap<unknown, string>
}

const none: FolderPolicies = { bundled: new Map(), own: new Map(), broken: new Map() }

/** What is wrong with the policy that is extended; undefined where it has no mistakes, or is not there. */
export function whyBroken(
  { name, extends: extended }: ReturnType<typeof readHead>,
  { broken }: FolderPolicies,
): string | undefined {
  // its own name means the bundled policy that it replaces
  const mistakes = extended === name ? undefined : broken.get(extended)
  return mistakes === undefined ? undefined : `${String(extended)} has mistakes itself: ${mistakes}`
}

/** Of the configuration only this part is read, because its secrets may be elsewhere. */
async function policyDefaults({ env, config }: ConfigPlace): Promise<BasePolicies['defaults'] & {}> {
  const path = config ?? env['CANARY_JUDGE_CONFIG']?.trim()
  if (path === undefined || path === '') return {}
  const [{ readConfigFile }, { ConfigError }, { withFlagNames }] = await Promise.all([
    import('../app/config/read-config-file.ts'),
    import('../app/config/config.ts'),
    import('./flag-names.ts'),
  ])
  return withFlagNames({ config }, async () => {
    const reading = await readConfigFile(path)
    if (reading.ok) return reading.defaults ?? {}
    throw new ConfigError(reading.mistakes, [path])
  })
}

/** The bundled policies and those of a folder. */
export async function basesIn(directory: string): Promise<FolderPolicies> {
  const [{ createPolicyLibrary }, { bundledPolicies }, { readPolicy }] = await Promise.all([
    import('../judge/judge.ts'),
    import('../app/reload/policy-places.ts'),
    import('../app/reload/read-policy.ts'),
  ])
  const library = createPolicyLibrary(readPolicy)
  const { take, refused } = await library.read({ bundled: bundledPolicies, directory })
  take()
  const broken = new Map<unknown, string>()
  for (const { file, error } of refused) {
    const { name } = readHead(await readFile(join(directory, file), 'utf8'))
    if (name !== undefined) broken.set(name, messageOf(error))
  }
  return { ...library.bases(), broken }
}

async function readPolicyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (/^[\w-]{1,63}$/.test(path)) return bundledText(path)
    throw new AppError('invalid-policy', `expected a readable policy file at ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** A plain word that is no file is the name of a bundled policy. */
async function bundledText(name: string): Promise<string> {
  const { bundledPolicies } = await import('../app/reload/policy-places.ts')
  const names = (await readdir(bundledPolicies))
    .map((file) => file.replace(/\.yaml$/, ''))
    .toSorted((a, b) => a.localeCompare(b))
  if (names.includes(name)) return readFile(join(bundledPolicies, `${name}.yaml`), 'utf8')
  const nearest = nearestKey(name, names)
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  const expected = `expected a policy file, or the name of a bundled policy (${names.join(', ')})`
  throw new AppError('invalid-policy', `${expected}, got "${name}"${hint}`)
}
