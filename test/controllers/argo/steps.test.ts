import { describe, expect, test } from 'vitest'
import { runArgoRollout } from './argo.ts'
import type { Person } from './argo.ts'
import { toLines } from '../controller-log.ts'
import { argoReply, createFakeService } from '../fake-service.ts'
import type { Manifest } from '../manifests.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

const start = 0
const analysis = { templates: [{ templateName: 'judge', clusterScope: true }] }
const rolloutOf = (strategy: object): Manifest => ({
  kind: 'Rollout',
  name: 'web',
  file: 'inline',
  document: { metadata: { name: 'web' }, spec: { strategy } },
})
const template: Manifest = {
  kind: 'ClusterAnalysisTemplate',
  name: 'judge',
  file: 'inline',
  document: {
    spec: {
      metrics: [
        {
          name: 'judge',
          successCondition: 'result[1] == "pass"',
          failureCondition: 'result[1] == "fail"',
          provider: { web: { url: 'http://judge/v1/argo', jsonPath: '{$.argo}' } },
        },
      ],
    },
  },
}

async function rollOut(
  strategy: object,
  { person, verdict = 'fail' }: { readonly person?: Person; readonly verdict?: 'pass' | 'fail' } = {},
): Promise<readonly string[]> {
  const { log } = await runArgoRollout({
    manifests: [rolloutOf(strategy), template],
    call: createFakeService({ '/v1/argo': [argoReply(verdict)] }).call,
    clock: createSimulatedClock(start),
    onWeight: () => undefined,
    stableHash: 'aaa',
    canaryHash: 'bbb',
    ...(person === undefined ? {} : { onPause: () => person }),
  })
  return toLines(log, start)
}

const roll = (canary: object, person?: Person): Promise<readonly string[]> =>
  rollOut({ canary }, person === undefined ? {} : { person })

describe('runArgoRollout', () => {
  test('waits for the duration of a pause', async () => {
    expect(await roll({ steps: [{ setWeight: 5 }, { pause: { duration: '90s' } }] })).toEqual([
      '0:00 weight 5',
      '1:30 weight 100',
      '1:30 Healthy',
    ])
  })

  test.each([
    ['promote', 'Healthy'],
    ['resume', 'Healthy'],
    ['abort', 'Degraded'],
    ['leave', 'Paused'],
  ] as const)('ends a pause without duration when a person says %s', async (person, end) => {
    const lines = await roll({ steps: [{ setWeight: 5 }, { pause: {} }] }, person)
    expect(lines.slice(0, 2)).toEqual(['0:00 weight 5', '0:00 paused: step'])
    expect(lines.at(-1)).toBe(`0:00 ${end}`)
  })

  test('asks without effect in a dry run', async () => {
    const dry = { ...analysis, dryRun: [{ metricName: 'judge' }] }
    expect(await roll({ steps: [{ setWeight: 5 }, { analysis: dry }] })).toEqual([
      '0:00 weight 5',
      '0:00 GET /v1/argo 200 Failed',
      '0:00 AnalysisRun Successful',
      '0:00 weight 100',
      '0:00 Healthy',
    ])
  })

  test.each([
    ['a background analysis', { steps: [], analysis }],
    ['an experiment without an analysis', { steps: [{ experiment: { templates: [], analyses: [] } }] }],
    ['a template that is not there', { steps: [{ analysis: { templates: [{ templateName: 'judge' }] } }] }],
  ])('refuses %s', async (_, canary) => {
    await expect(roll(canary)).rejects.toThrow()
  })
})

describe('runArgoRollout with other steps', () => {
  const trafficRouting = { nginx: {}, managedRoutes: [{ name: 'insiders' }] }

  test('scales the canary, and makes and removes the routes that it manages', async () => {
    const steps = [
      { setCanaryScale: { replicas: 1 } },
      { setHeaderRoute: { name: 'insiders', match: [{ headerName: 'x' }] } },
      { setHeaderRoute: { name: 'insiders' } },
    ]
    expect(await roll({ steps, trafficRouting })).toEqual([
      '0:00 canary scale {"replicas":1}',
      '0:00 route insiders',
      '0:00 no route insiders',
      '0:00 weight 100',
      '0:00 Healthy',
    ])
    await expect(roll({ steps, trafficRouting: { nginx: {} } })).rejects.toThrow(
      'insiders is no managed route',
    )
  })

  test('runs an experiment until its analysis has ended, with the hashes of its own pods', async () => {
    const args = [
      { name: 'a', value: '{{templates.canary.podTemplateHash}}' },
      { name: 'b', value: '{{templates.baseline.podTemplateHash}}' },
    ]
    const judge = {
      name: 'judge',
      templateName: 'judge',
      clusterScope: true,
      requiredForCompletion: true,
      args,
    }
    const templates = [
      { name: 'baseline', specRef: 'stable', weight: 5 },
      { name: 'canary', specRef: 'canary', weight: 5 },
    ]
    expect(await roll({ steps: [{ experiment: { templates, analyses: [judge] } }] })).toEqual([
      '0:00 experiment baseline 5, canary 5',
      '0:00 GET /v1/argo 200 Failed',
      '0:00 AnalysisRun Failed',
      '0:00 experiment over',
      '0:00 weight 0',
      '0:00 Degraded',
    ])
    const unknown = { ...judge, args: [{ name: 'a', value: '{{templates.other.podTemplateHash}}' }] }
    await expect(roll({ steps: [{ experiment: { templates, analyses: [unknown] } }] })).rejects.toThrow(
      'failed to resolve {{templates.other.podTemplateHash}}',
    )
  })
})

describe('runArgoRollout, blue-green', () => {
  const blueGreen = { activeService: 'web', prePromotionAnalysis: analysis, postPromotionAnalysis: analysis }

  test('analyses before all traffic moves, and after', async () => {
    expect(await rollOut({ blueGreen }, { verdict: 'pass' })).toEqual([
      '0:00 GET /v1/argo 200 Successful',
      '0:00 AnalysisRun Successful',
      '0:00 weight 100',
      '0:00 GET /v1/argo 200 Successful',
      '0:00 AnalysisRun Successful',
      '0:00 Healthy',
    ])
  })

  test('moves no traffic to what fails before, and takes it back from what fails after', async () => {
    const failed = ['0:00 GET /v1/argo 200 Failed', '0:00 AnalysisRun Failed']
    expect(await rollOut({ blueGreen })).toEqual([...failed, '0:00 Degraded'])
    const { prePromotionAnalysis: _, ...after } = blueGreen
    expect(await rollOut({ blueGreen: after })).toEqual([
      '0:00 weight 100',
      ...failed,
      '0:00 weight 0',
      '0:00 Degraded',
    ])
  })
})
