import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { flaggerMistakes } from '../support/mistakes/flagger-mistakes.ts'
import { kubernetesMistakes, kubernetesObject } from '../support/mistakes/kubernetes-mistakes.ts'
import { kustomizations, type Rendered } from './rendered.ts'
import type { Rendering } from './renderings.ts'

/** No package has a schema of these two kinds, so the test only checks that they are YAML objects. */
const withoutSchema = new Set(['projectcontour.io/v1 HTTPProxy', 'gateway.solo.io/v1 VirtualService'])

async function mistakes(document: unknown): Promise<readonly string[]> {
  const object = kubernetesObject.parse(document)
  if (withoutSchema.has(`${object.apiVersion} ${object.kind}`)) return []
  return flaggerMistakes(object) ?? (await kubernetesMistakes(object))
}

/** The tests for every folder of manifests. */
export function manifestSuite(
  root: string,
  { without, parts }: Rendering,
  all: () => readonly Rendered[],
): void {
  test('the API server would take every object of every folder, and every field of it', async () => {
    expect(all().length).toBeGreaterThan(15)
    const found = await Promise.all(
      all().map(async ({ name, manifests }) => {
        const inAll = await Promise.all(manifests.map(({ document }) => mistakes(document)))
        return inAll.flat().map((mistake) => `${name}: ${mistake}`)
      }),
    )
    expect(found.flat()).toEqual([])
  })

  test('no folder has two objects of one name, and all are of the namespace shop', () => {
    for (const { name, manifests } of all()) {
      const names = manifests.map((one) => `${one.kind} ${one.name}`)
      expect([name, names]).toEqual([name, [...new Set(names)]])
      const { metadata } = kubernetesObject.parse(manifests[0]?.document)
      expect([name, metadata.namespace ?? 'cluster']).toEqual([
        name,
        name.endsWith('cluster-template') ? 'cluster' : 'shop',
      ])
    }
  })

  test('every folder to apply has a README, and the README of all names it', () => {
    const page = readFileSync(join(root, 'README.md'), 'utf8')
    const unshown = new Set([...without, ...parts])
    const folders = kustomizations(root).map(({ folder }) => folder)
    const shown = folders.filter((folder) => !unshown.has(folder))
    expect(shown.filter((folder) => !existsSync(join(folder, 'README.md')))).toEqual([])
    expect(shown.filter((folder) => !page.includes(`(${relative(root, folder)}/README.md)`))).toEqual([])
  })
}
