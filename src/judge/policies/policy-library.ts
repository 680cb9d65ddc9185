import { readdir } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import { readAaResults } from './read-aa-results.ts'
import { type FailedFile, readTexts } from './read-texts.ts'
import { nearestKey } from '../../formats/mistakes/nearest-key.ts'
import type { BasePolicies, WrittenPolicy } from '../../formats/policy/extend-policy.ts'
import { parsePolicy } from '../../formats/policy/parse-policy.ts'
import { parseInOrder, type ReadPolicy } from './parse-in-order.ts'
import type { LoadedPolicy, PolicyLibrary } from '../ports/ports.ts'

export interface PolicyPlaces {
  /** The folder of policies that ship with the service; it may be absent. */
  readonly bundled: string
  /** The user's own folder; it must exist when it is named. */
  readonly directory?: string
  readonly defaultName?: string
  /** What every policy has that does not set it itself, as it is written. */
  readonly defaults?: BasePolicies['defaults']
}

/** The policies that are loaded at one moment, to pass to a reader. */
export type PoliciesNow = Pick<PolicyLibrary, 'defaultName'> & { readonly policies: readonly LoadedPolicy[] }

export interface ReloadableLibrary extends PolicyLibrary {
  /** Reads all policies of the places; rejects with `invalid-policy` where a place itself is wrong. */
  read(places: PolicyPlaces): Promise<PoliciesRead>
  /** Reads and uses all policies; rejects with `invalid-policy` for any file with a mistake. */
  load(places: PolicyPlaces): Promise<void>
  /** The policies that another policy may extend. */
  bases(): BasePolicies
}

export interface PoliciesRead {
  /** Uses all good files. For a bad file the policy that it held before stays in force. */
  readonly take: () => void
  readonly refused: readonly RefusedFile[]
}

export interface RefusedFile {
  readonly file: string
  readonly error: unknown
  /** Whether the policy that the file held before stays in force. */
  readonly kept: boolean
}

export function createPolicyLibrary(read: ReadPolicy = readPlainly): ReloadableLibrary {
  let policies: ReadonlyMap<string, LoadedPolicy> = new Map()
  let defaultName: string | undefined
  let fallback: string | undefined
  let bases: BasePolicies = { bundled: new Map(), own: new Map() }
  const readAll = async (places: PolicyPlaces): Promise<PoliciesRead> => {
    const { loaded, refused, ...more } = await loadAll(places, read, [...policies.values()])
    const names = [...loaded.keys()]
    // the default policy may be in a file with a mistake, and then that mistake is the one to report
    if (places.defaultName !== undefined && !loaded.has(places.defaultName) && refused.length === 0) {
      throw new AppError('invalid-policy', `defaultPolicy: ${unknownText(places.defaultName, names)}`)
    }
    const take = (): void => {
      policies = loaded
      bases = more.bases
      // a user with only one policy means that one
      const own = [...loaded.values()].filter(({ origin }) => origin === 'user')
      const only = own.length === 1 && refused.every(({ kept }) => kept) ? own[0]?.policy.name : undefined
      defaultName = places.defaultName ?? only
      // users without a policy who name none mean the simplest
      fallback = own.length === 0 && refused.length === 0 && loaded.has(plainest) ? plainest : undefined
    }
    return { take, refused }
  }
  return {
    read: readAll,
    async load(places) {
      const { take, refused } = await readAll(places)
      refuseAny(refused.map(({ error }) => error))
      take()
    },
    get: (name) =>
      pickPolicy({ policies: [...policies.values()], defaultName: defaultName ?? fallback }, name),
    list: () => [...policies.values()],
    bases: () => bases,
    get defaultName() {
      return defaultName
    },
  }
}

/**
 * The bundled policy that is the default where there is no other. A recording without a policy is not judged by it.
 */
const plainest = 'application'

/** The policy with that name, or the default policy; throws `unknown-policy`. */
export function pickPolicy({ policies, defaultName }: PoliciesNow, name = defaultName): LoadedPolicy {
  const names = policies.map((loaded) => loaded.policy.name)
  if (name === undefined) throw new AppError('unknown-policy', `${noDefault}; ${loadedText(names)}`)
  const found = policies.find(({ policy }) => policy.name === name)
  if (found !== undefined) return found
  throw new AppError('unknown-policy', unknownText(name, names))
}

const noDefault =
  'expected the name of a policy in `policy`, or a `defaultPolicy` in the configuration, got neither'

const loadedText = (names: readonly string[]): string =>
  names.length === 0 ? 'no policies are loaded' : `loaded are ${names.join(', ')}`

interface Loaded {
  readonly loaded: readonly LoadedPolicy[]
  readonly failed: readonly FailedFile[]
}

async function loadAll(
  { bundled, directory, defaults = {} }: PolicyPlaces,
  read: ReadPolicy,
  before: readonly LoadedPolicy[],
): Promise<{
  readonly loaded: ReadonlyMap<string, LoadedPolicy>
  readonly refused: readonly RefusedFile[]
  readonly bases: BasePolicies
}> {
  const shipped = await loadDirectory(bundled, 'bundled', { read, bundled: new Map(), defaults })
  const bases = { bundled: writtenByName(shipped.loaded), own: new Map<string, WrittenPolicy>(), defaults }
  const own =
    directory === undefined
      ? nothing
      : await loadDirectory(directory, 'user', { read, bundled: bases.bundled, defaults })
  const aa = directory === undefined ? { results: [], failed: [] } : await readAaResults(directory)
  const failed = [...shipped.failed, ...own.failed]
  const taken = new Set(own.loaded.map(({ policy }) => policy.name))
  const kept = before.filter(
    ({ origin, file, policy }) =>
      origin === 'user' && own.failed.some((each) => each.file === file) && !taken.has(policy.name),
  )
  const all = [...shipped.loaded, ...own.loaded, ...kept]
  const sorted = all.toSorted((a, b) => a.policy.name.localeCompare(b.policy.name))
  return {
    bases: { ...bases, own: writtenByName([...own.loaded, ...kept]) },
    // sorting is stable, so of two policies with one name the user's comes second and replaces the bundled one
    loaded: new Map(
      sorted.map((each) => {
        const { name } = each.policy
        return [name, { ...each, aa: aa.results.filter(({ policy }) => policy === name) }]
      }),
    ),
    refused: [
      ...failed.map((each) => ({ ...each, kept: kept.some(({ file }) => file === each.file) })),
      // no policy is lost with a result
      ...aa.failed.map((each) => ({ ...each, kept: true })),
    ],
  }
}

const nothing: Loaded = { loaded: [], failed: [] }

interface Reading extends Omit<BasePolicies, 'own'> {
  readonly read: ReadPolicy
}

async function loadDirectory(
  directory: string,
  origin: LoadedPolicy['origin'],
  reading: Reading,
): Promise<Loaded> {
  const { texts, failed } = await readTexts(directory, await listPolicyFiles(directory, origin))
  const parsed = parseInOrder(texts, reading)
  const loaded = parsed.loaded.map((each) => ({ ...each, origin, aa: [] }))
  const twice = sameNames(loaded)
  return {
    loaded: loaded.filter(({ file }) => !twice.some((each) => each.file === file)),
    failed: [...failed, ...parsed.failed, ...twice],
  }
}

async function listPolicyFiles(
  directory: string,
  origin: LoadedPolicy['origin'],
): Promise<readonly string[]> {
  try {
    const names = await readdir(directory)
    return names.filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name)).toSorted()
  } catch (error) {
    if (origin === 'bundled') return []
    throw new AppError('invalid-policy', `expected a readable directory of policies at ${directory}`, {
      cause: error,
    })
  }
}

/** Two files with the same policy name are both refused, because only their authors know which one they mean. */
function sameNames(loaded: readonly LoadedPolicy[]): Loaded['failed'] {
  return [...Map.groupBy(loaded, ({ policy }) => policy.name)].flatMap(([name, same]) => {
    if (same.length === 1) return []
    const files = same.map(({ file }) => file).join(' and ')
    const error = new AppError('invalid-policy', `expected each policy name once, got "${name}" in ${files}`)
    return same.map(({ file }) => ({ file, error }))
  })
}

const readPlainly: ReadPolicy = (text, fileName, bases) => parsePolicy(text, fileName, undefined, bases)

const writtenByName = (policies: readonly LoadedPolicy[]): ReadonlyMap<string, WrittenPolicy> =>
  new Map(policies.map(({ written }) => [written.name, written]))

/** Throws one error that names all failures. */
function refuseAny(failures: readonly unknown[]): void {
  if (failures.length === 0) return
  const texts = [...new Set(failures)].map((failure) =>
    failure instanceof Error ? failure.message : String(failure),
  )
  const issues = failures.flatMap((failure) => (failure instanceof AppError ? failure.issues : []))
  throw new AppError('invalid-policy', texts.join('; '), { issues })
}

function unknownText(name: string, names: readonly string[]): string {
  const nearest = nearestKey(name, names)
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  const known = names.length === 0 ? 'but no policies are loaded' : `which are ${names.join(', ')}`
  return `expected one of the loaded policies, ${known}; got "${name}"${hint}`
}
