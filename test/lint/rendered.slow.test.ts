import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { argoRendering, flaggerRendering } from '../rollouts/renderings.ts'
import { kustomizations } from '../rollouts/rendered.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { kustomizeMissing, renderText } from '../support/parts/kustomize.ts'
import { lintText, short } from './lint-text.ts'

const builds = [
  ...kustomizations('rollouts/argo').filter(({ folder }) => !argoRendering.without.includes(folder)),
  ...kustomizations('rollouts/flagger').filter(({ folder }) => !flaggerRendering.without.includes(folder)),
].filter(({ kind }) => kind === 'Kustomization')

test.skipIf(kustomizeMissing() !== undefined)(
  'lint finds nothing in what kustomize builds of rollouts/',
  async () => {
    expect(builds.length).toBeGreaterThan(20)
    for (const { folder } of builds) {
      const { findings, objects } = await lintText(await renderText(folder))
      expect([folder, findings.map(short), objects > 0]).toEqual([folder, [], true])
    }
  },
)

test.skipIf(goToolMissing('helm') !== undefined)('lint finds nothing in the rendered chart', async () => {
  const rendered = execFileSync(
    'helm',
    ['template', 'judge', 'charts/canary-judge', '--set', 'argo.clusterAnalysisTemplate.enabled=true'],
    { encoding: 'utf8' },
  )
  const { findings, objects } = await lintText(rendered)
  expect(findings.map(short)).toEqual([])
  expect(objects).toBeGreaterThan(1)
})
