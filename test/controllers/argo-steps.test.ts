import { describe, expect, test } from 'vitest'
import { runArgoRollout } from './argo.ts'
import type { Person } from './argo.ts'
import { toLines } from './controller-log.ts'
import { argoReply, createFakeService } from './fake-service.ts'
import type { Manifest } from './manifests.ts'
import { createSimulatedClock } from './simulated-clock.ts'

const start = 0
const analysis = { templates: [{ templateName: 'judge', clusterScope: true }] }
const rolloutOf = (canary: object): Manifest => ({
  kind: 'Rollout',
  name: 'web',
  file: 'inline',
  document: { metadata: { name: 'web' }, spec: { strategy: { canary } } },
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

async function roll(canary: object, person?: Person): Promise<readonly string[]> {
  const { log } = await runArgoRollout({
    manifests: [rolloutOf(canary), template],
    call: createFakeService({ '/v1/argo': [argoReply('fail')] }).call,
    clock: createSimulatedClock(start),
    onWeight: () => undefined,
    stableHash: 'aaa',
    canaryHash: 'bbb',
    ...(person === undefined ? {} : { onPause: () => person }),
  })
  return toLines(log, start)
}

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
    ['an experiment', { steps: [{ experiment: {} }] }],
    ['a template that is not there', { steps: [{ analysis: { templates: [{ templateName: 'judge' }] } }] }],
  ])('refuses %s', async (_, canary) => {
    await expect(roll(canary)).rejects.toThrow()
  })
})
