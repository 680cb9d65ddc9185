import { dirname, resolve } from 'node:path'
import { readPolicy } from '../../app/reload/read-policy.ts'
import { AppError } from '../../errors.ts'
import type { BasePolicies } from '../../formats/policy/extend-policy.ts'
import { type ParsedPolicy, readHead } from '../../formats/policy/parse-policy.ts'
import { nearest } from '../../lint/facts/nearest.ts'
import type { Manifest, ReadPolicyResult } from '../../lint/model/manifest.ts'
import { basesIn, type FolderPolicies, whyBroken } from '../read-policy-file.ts'

type Read = { readonly parsed: ParsedPolicy } | { readonly error: AppError }

/**
 * Reads policies, each with the one that it extends: among these policies, else in the folder of its file, else a
 * bundled one.
 */
export async function readPolicies(
  policies: readonly Manifest[],
  bundled: BasePolicies['bundled'],
): Promise<ReadonlyMap<Manifest, ReadPolicyResult>> {
  const folders = await foldersOf(policies)
  const known = new Map<Manifest, Read>()
  const readOne = (manifest: Manifest, way: readonly Manifest[]): Read => {
    const done = known.get(manifest) ?? tried(() => parse(manifest, [...way, manifest]))
    known.set(manifest, done)
    return done
  }
  const parse = (manifest: Manifest, way: readonly Manifest[]): ParsedPolicy => {
    const base = baseOf(manifest, policies)
    if (base === undefined) {
      const beside = folders.get(folderOf(manifest))
      const why = beside && whyBroken(readHead(manifest.text), beside)
      if (why !== undefined) throw mistake(why)
      return readPolicy(manifest.text, undefined, beside ?? { bundled, own: new Map() })
    }
    if (way.includes(base)) throw mistake(`expected no circle, got ${namesOf([...way, base])}`)
    const read = readOne(base, way)
    if ('error' in read) throw mistake(`${base.name} has mistakes itself`)
    return readPolicy(manifest.text, undefined, { bundled, own: new Map([[base.name, read.parsed.written]]) })
  }
  return new Map(policies.map((manifest) => [manifest, toResult(readOne(manifest, []))]))
}

/** The policies beside the files whose policies extend others. */
async function foldersOf(policies: readonly Manifest[]): Promise<ReadonlyMap<string, FolderPolicies>> {
  const folders = new Map<string, FolderPolicies>()
  for (const manifest of policies) {
    const folder = folderOf(manifest)
    // standard input is in no folder
    if (manifest.file === '-' || folders.has(folder) || extendedBy(manifest) === undefined) continue
    folders.set(folder, await basesIn(folder))
  }
  return folders
}

const folderOf = ({ file }: Manifest): string => dirname(resolve(file))

const extendedBy = ({ text }: Manifest): unknown => readHead(text).extends

function baseOf(manifest: Manifest, policies: readonly Manifest[]): Manifest | undefined {
  const name = extendedBy(manifest)
  // its own name means the bundled policy that it replaces
  if (name === manifest.name) return undefined
  return nearest(
    policies.filter((each) => each.name === name),
    manifest,
  )
}

function tried(read: () => ParsedPolicy): Read {
  try {
    return { parsed: read() }
  } catch (error) {
    if (error instanceof AppError) return { error }
    throw error
  }
}

const mistake = (text: string): AppError => new AppError('invalid-policy', `extends: ${text}`)

const namesOf = (way: readonly Manifest[]): string => way.map(({ name }) => name).join(' → ')

function toResult(read: Read): ReadPolicyResult {
  if ('parsed' in read) return { policy: read.parsed.policy, mistakes: [], warnings: read.parsed.warnings }
  const { issues, message } = read.error
  return { mistakes: issues.length === 0 ? [{ path: '', message }] : issues, warnings: [] }
}
