import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Manifest } from '../controllers/manifests.ts'
import { render, renderOverlay } from '../support/parts/kustomize.ts'

/** The objects of one kustomization, or of a component together with one. */
export interface Rendered {
  readonly name: string
  /** The folder whose README describes it. */
  readonly folder: string
  readonly manifests: readonly Manifest[]
}

const kinds = z.object({ kind: z.enum(['Kustomization', 'Component']) })

/** All folders below this one with a kustomization, so that a new one is tested too. */
export function kustomizations(root: string): readonly { readonly folder: string; readonly kind: string }[] {
  return globSync(`${root}/**/kustomization.yaml`)
    .toSorted()
    .map((file) => ({ folder: dirname(file), ...kinds.parse(parse(readFileSync(file, 'utf8'))) }))
}

/** Renders all folders. A component has no objects of its own, so it is rendered with each of `hosts`. */
export async function renderAll(
  root: string,
  { hosts, without }: { readonly hosts: readonly string[]; readonly without: readonly string[] },
): Promise<readonly Rendered[]> {
  const found = kustomizations(root).filter(({ folder }) => !without.includes(folder))
  const rendered: Rendered[] = []
  // One after the other, because each is a process.
  for (const { folder, kind } of found) {
    if (kind === 'Kustomization') {
      rendered.push({ name: folder, folder, manifests: await render(folder) })
      continue
    }
    for (const host of hosts) {
      const manifests = await renderOverlay({ resources: [`${root}/${host}`], components: [folder] })
      rendered.push({ name: `${folder} with ${host}`, folder, manifests })
    }
  }
  return rendered
}

/** The policies that come with folders, by name. */
export function policiesOf(root: string): Readonly<Record<string, string>> {
  const files = globSync(`${root}/**/policy.yaml`)
  return Object.fromEntries(files.map((file) => [policyName(file), readFileSync(file, 'utf8')]))
}

const policyName = (file: string): string =>
  /^name: (\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? basename(dirname(file))

/** Whether a policy of this name is bundled or comes with the folder. */
export const isKnownPolicy = (name: string, root: string): boolean =>
  existsSync(join('policies', `${name}.yaml`)) || name in policiesOf(root)
