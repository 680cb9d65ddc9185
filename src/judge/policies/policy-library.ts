import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { readBoundedFile } from './read-bounded-file.ts'
import { nearestKey } from '../../formats/mistakes/nearest-key.ts'
import { type ParsedPolicy, parsePolicy } from '../../formats/policy/parse-policy.ts'
import type { LoadedPolicy, PolicyLibrary } from '../ports/ports.ts'

export interface PolicyPlaces {
  /** Shipped with the service; may be absent. */
  readonly bundled: string
  /** The user's own; has to exist when it is named. */
  readonly directory?: string
  readonly defaultName?: string
}

/** The policies that are loaded at a moment, to be handed on. */
export type PoliciesNow = Pick<PolicyLibrary, 'defaultName'> & { readonly policies: readonly LoadedPolicy[] }

export interface ReloadableLibrary extends PolicyLibrary {
  /** Reads all that the places hold, or rejects with `invalid-policy`; what it gives takes that into use. */
  read(places: PolicyPlaces): Promise<() => void>
  /** Reads and takes into use. */
  load(places: PolicyPlaces): Promise<void>
}

/** Gives the policy, or throws `invalid-policy`. */
export type ReadPolicy = (text: string, fileName: string) => ParsedPolicy

export function createPolicyLibrary(read: ReadPolicy = parsePolicy): ReloadableLibrary {
  let policies: ReadonlyMap<string, LoadedPolicy> = new Map()
  let defaultName: string | undefined
  const readAll = async (places: PolicyPlaces): Promise<() => void> => {
    const loaded = await loadAll(places, read)
    const names = [...loaded.keys()]
    if (places.defaultName !== undefined && !loaded.has(places.defaultName)) {
      throw new AppError('invalid-policy', `defaultPolicy: ${unknownText(places.defaultName, names)}`)
    }
    return () => {
      policies = loaded
      // With one policy of their own, people mean that one.
      const own = [...loaded.values()].filter(({ origin }) => origin === 'user')
      defaultName = places.defaultName ?? (own.length === 1 ? own[0]?.policy.name : undefined)
    }
  }
  return {
    read: readAll,
    async load(places) {
      const take = await readAll(places)
      take()
    },
    get: (name) => pickPolicy({ policies: [...policies.values()], defaultName }, name),
    list: () => [...policies.values()],
    get defaultName() {
      return defaultName
    },
  }
}

/** The policy of that name, or the default one; throws `unknown-policy`. */
export function pickPolicy({ policies, defaultName }: PoliciesNow, name = defaultName): LoadedPolicy {
  if (name === undefined) {
    throw new AppError('unknown-policy', 'expected the name of a policy, since there is no default policy')
  }
  const found = policies.find(({ policy }) => policy.name === name)
  if (found !== undefined) return found
  throw new AppError(
    'unknown-policy',
    unknownText(
      name,
      policies.map(({ policy }) => policy.name),
    ),
  )
}

async function loadAll(
  { bundled, directory }: PolicyPlaces,
  read: ReadPolicy,
): Promise<ReadonlyMap<string, LoadedPolicy>> {
  const shipped = await loadDirectory(bundled, 'bundled', read)
  const own = directory === undefined ? [] : await loadDirectory(directory, 'user', read)
  const sorted = [...shipped, ...own].toSorted((a, b) => a.policy.name.localeCompare(b.policy.name))
  // The user's come second among equals, as sorting is stable, and hide the bundled ones.
  return new Map(sorted.map((loaded) => [loaded.policy.name, loaded]))
}

async function loadDirectory(
  directory: string,
  origin: LoadedPolicy['origin'],
  read: ReadPolicy,
): Promise<readonly LoadedPolicy[]> {
  const names = await listPolicyFiles(directory, origin)
  const results = await Promise.allSettled(
    names.map(async (name) => {
      const text = await readBoundedFile(join(directory, name))
      return { ...read(text.toString('utf8'), name), origin, file: name }
    }),
  )
  const loaded = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failures: readonly unknown[] = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  )
  refuseAny([...failures, ...sameNames(loaded)])
  return loaded
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

function sameNames(loaded: readonly LoadedPolicy[]): readonly AppError[] {
  return [...Map.groupBy(loaded, ({ policy }) => policy.name)].flatMap(([name, same]) => {
    const files = same.map(({ file }) => file).join(' and ')
    return same.length > 1
      ? [new AppError('invalid-policy', `expected each policy name once, got "${name}" in ${files}`)]
      : []
  })
}

/** One error that tells all of them. */
function refuseAny(failures: readonly unknown[]): void {
  if (failures.length === 0) return
  const texts = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  const issues = failures.flatMap((failure) => (failure instanceof AppError ? failure.issues : []))
  throw new AppError('invalid-policy', texts.join('; '), { issues })
}

function unknownText(name: string, names: readonly string[]): string {
  const nearest = nearestKey(name, names)
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  const known = names.length === 0 ? 'but no policies are loaded' : `which are ${names.join(', ')}`
  return `expected one of the loaded policies, ${known}; got "${name}"${hint}`
}
