import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { installManifest } from '../../scripts/chart/install-manifest.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { kubernetesMistakes } from '../support/mistakes/kubernetes-mistakes.ts'
import { toObjects } from './parts/helm.ts'
import { references } from './parts/relations.ts'

const text = readFileSync('charts/install.yaml', 'utf8')
const objects = toObjects(text)

test('charts/install.yaml has only objects that the API server accepts strictly, in its own namespace', async () => {
  const mistakes = await Promise.all(objects.map(kubernetesMistakes))
  expect(mistakes.flat()).toEqual([])
  const elsewhere = objects.filter(
    ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'canary-judge',
  )
  expect(elsewhere).toEqual([])
})

test('charts/install.yaml refers to nothing but the Secret whose making it describes', () => {
  const names = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
  const others = references(objects).filter((each) => !names.has(each))
  expect(others).toEqual(['Secret canary-judge-tokens'])
  expect(text).toContain('create secret generic canary-judge-tokens')
})

test('charts/install.yaml says nothing of Helm', () => {
  expect(text.replace(/^#.*\n/gm, '')).not.toMatch(/helm/i)
})

describe.skipIf(goToolMissing('helm') !== undefined)('with helm', () => {
  test('npm run install-manifest would write charts/install.yaml as it is', () => {
    expect(text).toBe(installManifest())
  })
})
