import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findManifest, readManifests } from './manifests.ts'

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'x.yaml')
  writeFileSync(file, text)
  return file
}

test('readManifests(files) gives every object with its kind and name', () => {
  const read = readManifests(['rollouts/argo/base/services.yaml', 'rollouts/flagger/base/canary.yaml'])
  expect(read.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'Service web',
    'Service web-stable',
    'Service web-canary',
    'Canary web',
  ])
})

test('readManifests(files) refuses what is not YAML, and what is no Kubernetes object', () => {
  expect(() => readManifests([fileWith('a: [')])).toThrow()
  expect(() => readManifests([fileWith('a: 1')])).toThrow('kind')
})

test('findManifest(manifests, kind) wants exactly one', () => {
  const read = readManifests(['rollouts/argo/base/services.yaml'])
  expect(findManifest(read, 'Service', 'web').name).toBe('web')
  expect(() => findManifest(read, 'Service')).toThrow('expected one Service, got 3')
  expect(() => findManifest(read, 'Service', 'x')).toThrow('expected one Service x, got 0')
})

test('the models know nothing of the service: no file here imports from src', () => {
  const files = globSync('test/controllers/*.ts')
  const imports = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^.* from '(.+)'$/gm)].map(([, specifier]) => specifier),
  )
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter((specifier) => /(^|\/)src\//.test(specifier ?? ''))).toEqual([])
})
