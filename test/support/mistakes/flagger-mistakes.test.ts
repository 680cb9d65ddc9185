import { expect, test } from 'vitest'
import { flaggerMistakes } from './flagger-mistakes.ts'

const canary = (change: object = {}, hook: object = {}) => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'web' },
  spec: {
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    analysis: {
      interval: '1m',
      threshold: 1,
      webhooks: [{ name: 'a', url: 'http://a/', type: 'rollout', ...hook }],
    },
    ...change,
  },
})

test('flaggerMistakes(object) finds none in a Canary as Flagger takes it, and does not know other kinds', () => {
  expect(flaggerMistakes(canary())).toEqual([])
  expect(flaggerMistakes({ ...canary(), kind: 'Rollout' })).toBeUndefined()
})

test.each([
  [canary({ provider: 'nginks' }), 'spec.provider'],
  [canary({ steps: 5 }), '"steps"'],
  [canary({}, { timout: '3s' }), '"timout"'],
  [canary({}, { retries: '2' }), 'spec.analysis.webhooks.0.retries'],
  [canary({ targetRef: undefined }), 'spec.targetRef'],
])('flaggerMistakes(%j) names %s', (object, text) => {
  expect(flaggerMistakes(object)?.join('\n')).toContain(text)
})
