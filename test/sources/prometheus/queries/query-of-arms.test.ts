import { expect, test } from 'vitest'
import type { Arms } from '../../../../src/sources/prometheus/arms/arms.ts'
import { equals } from '../../../../src/sources/prometheus/queries/matcher.ts'
import { armsOfAnswer, queryOfArms } from '../../../../src/sources/prometheus/queries/query-of-arms.ts'

const arms: Arms = {
  armLabels: ['variant', 'pod'],
  targetLabels: ['job', 'instance'],
  podLabel: 'pod',
  both: [],
  canary: [equals('variant', 'new')],
  stable: [equals('variant', 'old')],
  armOf: () => 'canary',
  armByLabels: () => 'canary',
  isAmbiguous: () => true,
  defaults: { total: 'a', bad: 'b', histogram: 'c', unit: 'seconds' },
}

test('queryOfArms adds the labels of each arm to every selector, and names the arm in the answer', () => {
  expect(queryOfArms('sum(rate(revenue{shop="eu"}[5m])) / sum(rate(visits[5m]))', arms)).toBe(
    'label_replace(avg(sum(rate(revenue{shop="eu",variant="new"}[5m])) / sum(rate(visits{variant="new"}[5m]))), "canary_judge_arm", "canary", "", "") or ' +
      'label_replace(avg(sum(rate(revenue{shop="eu",variant="old"}[5m])) / sum(rate(visits{variant="old"}[5m]))), "canary_judge_arm", "stable", "", "")',
  )
})

test('armsOfAnswer tells the arms of an answer apart by that name alone', () => {
  const answer = armsOfAnswer(arms)
  const armOf = (arm: string) => answer.armOf({ canary_judge_arm: arm, variant: 'old', pod: 'web-1' })
  expect([armOf('canary'), armOf('stable'), armOf('other'), answer.armByLabels({})]).toEqual([
    'canary',
    'stable',
    undefined,
    undefined,
  ])
  expect(answer).toMatchObject({ armLabels: ['canary_judge_arm'], targetLabels: [], podLabel: undefined })
  expect(answer.isAmbiguous({ canary_judge_arm: 'canary' })).toBe(false)
})
