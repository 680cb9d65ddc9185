import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findManifest, readManifests } from '../controllers/manifests.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { kubernetesObject } from '../support/mistakes/kubernetes-mistakes.ts'
import { objectOf, renderChart } from './parts/helm.ts'

const inRollouts = (file: string, kind: string) =>
  kubernetesObject.parse(findManifest(readManifests([file]), kind).document)['spec']

describe.skipIf(goToolMissing('helm') !== undefined)('what the chart gives to controllers', () => {
  test('has the ClusterAnalysisTemplate of rollouts/argo, with the address and the Secret of this release', async () => {
    const objects = await renderChart({ file: 'controllers' })
    const template = objectOf(objects, 'ClusterAnalysisTemplate', 'judge')
    expect(template.metadata.namespace).toBeUndefined()
    const expected = JSON.stringify(inRollouts('rollouts/argo/template/analysis-template.yaml', 'AnalysisTemplate'))
      .replace('http://canary-judge.canary-judge:8080/', 'http://canary-judge.canary-judge:80/')
      .replace('{"name":"canary-judge","key":"token"}', '{"name":"judge-token","key":"value"}')
    expect(template['spec']).toEqual(JSON.parse(expected))
  })

  test('has the MetricTemplate of rollouts/flagger, with the token in the Secret that it names', async () => {
    const objects = await renderChart({ file: 'controllers', values: { service: { port: 8080 } } })
    const shape = z.object({
      provider: z.object({ address: z.string(), type: z.string(), secretRef: z.object({ name: z.string() }) }),
      query: z.string().transform((query) => new Set(query.match(/\w+="[^"]*"|^\w+/g))),
    })
    const { provider, query } = shape.parse(objectOf(objects, 'MetricTemplate')['spec'])
    const copied = shape.parse(inRollouts('rollouts/flagger/metric-template/metric-template.yaml', 'MetricTemplate'))
    expect(query).toEqual(copied.query)
    expect({ ...provider, secretRef: copied.provider.secretRef }).toEqual(copied.provider)
    const secret = objectOf(objects, 'Secret', provider.secretRef.name)
    expect(secret['data']).toMatchObject({ token: z.looseObject({ judge: z.string() }).parse(secret['data']).judge })
  })
})
