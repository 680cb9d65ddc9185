import { expect, it, test } from 'vitest'
import { bothArmsFailing } from '../../../src/engine/decision/both-arms-failing.ts'
import type { Arms } from '../../../src/engine/counts/slices.ts'
import { armOf } from '../made/arm-slices.ts'
import { madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

type Counts = readonly number[]
const policy = policyOf([{ name: 'errors', kind: 'errors' }])
const traffic = (canary: readonly [Counts, Counts], stable: readonly [Counts, Counts]): Arms => ({
  canary: armOf(...canary),
  stable: armOf(...stable),
})
const failing = (arms: Arms, own = policy): string =>
  bothArmsFailing(madeRun(own, { slices: 6, metrics: { errors: { traffic: arms } } })).join('')

const hundred = [100, 100, 100, 100, 100, 100]
const many = [[50, 50, 50, 50, 50, 50], hundred] as const
const none = [[0, 0, 0, 0, 0, 0], hundred] as const

test.each([
  ['both arms', many, many, '111111'],
  ['the canary alone', many, none, '000000'],
  ['stable alone', none, many, '000000'],
  ['neither', none, none, '000000'],
])('bothArmsFailing where %s fail: %s', (_who, canary, stable, expected) => {
  expect(failing(traffic(canary, stable))).toBe(expected)
})

it('bothArmsFailing looks at the last three slices: a failure is seen at once and forgotten after them', () => {
  // 60 of 200, 60 of 300 and 60 of 300 are above a tenth; then the last three slices have no failure
  const once = [[0, 60, 0, 0, 0, 0], hundred] as const
  expect(failing(traffic(once, many))).toBe('011100')
})

it('bothArmsFailing does not hear of slices before the rollout or after the look', () => {
  // first 12 of 100; then 12 of 200, which is less than a tenth
  const early = [[12, 0, 0, 0, 0, 0], hundred] as const
  const late = [[0, 0, 0, 0, 0, 99], hundred] as const
  expect(failing(traffic(early, many))).toBe('100000')
  expect(failing(traffic(late, many))).toBe('000001')
})

test.each([
  ['exactly a tenth', 10, 100, '0'],
  ['just above a tenth', 11, 100, '1'],
  ['four failures out of four', 4, 4, '0'],
  ['five failures out of five', 5, 5, '1'],
])('bothArmsFailing with %s: %s of %s', (_name, events, requests, expected) => {
  const arm = [[events], [requests]] as const
  const run = madeRun(policy, { slices: 1, metrics: { errors: { traffic: traffic(arm, arm) } } })
  expect(bothArmsFailing(run).join('')).toBe(expected)
})

it('bothArmsFailing is not asked of metrics that are watched, have no traffic or count no failures', () => {
  const arms = traffic(many, many)
  expect(failing(arms, policyOf([{ name: 'errors', kind: 'errors', watch: true }]))).toBe('000000')
  expect(failing(arms, policyOf([{ name: 'errors', kind: 'conversion' }]))).toBe('000000')
  expect(bothArmsFailing(madeRun(policy, { slices: 3 })).join('')).toBe('000')
})

it('bothArmsFailing is said of the rollout where any metric of errors says it', () => {
  const two = policyOf([
    { name: 'good', kind: 'errors' },
    { name: 'bad', kind: 'errors' },
  ])
  const metrics = { good: { traffic: traffic(none, none) }, bad: { traffic: traffic(many, many) } }
  expect(bothArmsFailing(madeRun(two, { slices: 2, metrics })).join('')).toBe('11')
})
