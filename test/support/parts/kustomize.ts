import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Manifest, parseManifests } from '../../controllers/manifests.ts'
import { goTools } from './go-tools.ts'

const run = promisify(execFile)
/** The first command whose kustomize knows components; kubectl before 1.21 does not. */
const commands = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const
const probe = 'rollouts/argo/v1.7'

let found: readonly [string, string] | false | undefined

function command(): readonly [string, string] | undefined {
  found ??= commands.find(([program, verb]) => renders(program, verb)) ?? false
  return found === false ? undefined : found
}

function renders(program: string, verb: string): boolean {
  const folder = writeOverlay({ resources: ['rollouts/argo/template'], components: [probe] })
  try {
    execFileSync(program, [verb, folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Why the kustomizations are not rendered; undefined when a kustomize that knows components is installed. */
export function kustomizeMissing(): string | undefined {
  if (command() !== undefined) return undefined
  return `kustomize 5 is not installed (nor kubectl 1.21 or later); get it with: go install ${goTools['kustomize']}`
}

/** The objects that `kubectl apply -k FOLDER` would apply. */
export async function render(folder: string): Promise<readonly Manifest[]> {
  return parseManifests(await renderText(folder), folder)
}

/** The same objects as YAML. */
export async function renderText(folder: string): Promise<string> {
  const [program, verb] = command() ?? ['kustomize', 'build']
  const { stdout } = await run(program, [verb, folder], { maxBuffer: 10_000_000 })
  return stdout
}

interface Overlay {
  readonly resources: readonly string[]
  readonly components: readonly string[]
}

/** The objects of a kustomization with these folders, such as a README shows. */
export async function renderOverlay(overlay: Overlay): Promise<readonly Manifest[]> {
  const folder = writeOverlay(overlay)
  try {
    return await render(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeOverlay({ resources, components }: Overlay): string {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-overlay-'))
  const paths = (folders: readonly string[]): string =>
    JSON.stringify(folders.map((each) => relative(folder, resolve(each))))
  const text = `kind: Kustomization\nresources: ${paths(resources)}\ncomponents: ${paths(components)}\n`
  writeFileSync(join(folder, 'kustomization.yaml'), text)
  return folder
}
