import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { beginRelease } from '../../../src/cli/ship/begin-release.ts'
import { parseCluster } from '../../../src/cli/ship/cluster.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { kubernetesMistakes, kubernetesObject } from '../../support/mistakes/kubernetes-mistakes.ts'
import { kustomizeMissing, render } from '../../support/parts/kustomize.ts'

const root = 'rollouts/deployments'

test('the policy of rollouts/deployments has no mistakes', () => {
  expect(parsePolicy(readFileSync(`${root}/policy.yaml`, 'utf8'), 'policy.yaml').policy.name).toBe(
    'deployments',
  )
})

describe.skipIf(kustomizeMissing() !== undefined)('the kustomizations of rollouts/deployments', () => {
  test.each(['base', 'nginx'])(
    '%s is accepted by the schemas, and a release can begin with it',
    async (name) => {
      const manifests = await render(`${root}/${name}`)
      const mistakes = await Promise.all(
        manifests.map((each) => kubernetesMistakes(kubernetesObject.parse(each.document))),
      )
      expect(mistakes.flat()).toEqual([])
      const read = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Ingress')
      const items = read.map(({ document }) => document)
      const wanted = {
        images: new Map([['web', 'registry.example.org/web:1.5.0']]),
        stages: [10],
        nginx: name === 'nginx',
        who: 'alice',
        when: '2026-11-28T10:00:00Z',
        why: '',
      }
      expect(beginRelease(wanted, undefined, parseCluster(JSON.stringify({ items })))).toMatchObject({
        kind: 'new',
        release: { apps: [{ fromVersion: '1.4.0', toVersion: '1.5.0', replicas: 10 }] },
      })
    },
  )
})
