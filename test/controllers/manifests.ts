import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** One Kubernetes object of a file; `document` is the whole object, unchecked. */
export interface Manifest {
  readonly kind: string
  readonly name: string
  readonly file: string
  readonly document: unknown
}

const head = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) })

/** Reads every object of these YAML files, in order. A file that is not good YAML throws. */
export function readManifests(files: readonly string[]): readonly Manifest[] {
  return files.flatMap((file) => parseManifests(readFileSync(file, 'utf8'), file))
}

/** Reads every object of a text that came from `file`. */
export function parseManifests(text: string, file: string): readonly Manifest[] {
  return parseAllDocuments(text).map((yaml): Manifest => {
    const problem = yaml.errors[0] ?? yaml.warnings[0]
    if (problem !== undefined) throw problem
    const document: unknown = yaml.toJS()
    const { kind, metadata } = head.parse(document)
    return { kind, name: metadata.name, file, document }
  })
}

/** The only object of this kind, and of this name if one is given. */
export function findManifest(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind && (name === undefined || one.name === name))
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new Error(`expected one ${kind}${name === undefined ? '' : ` ${name}`}, got ${found.length}`)
  return only
}
