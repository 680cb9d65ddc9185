import { describe, expect, test } from 'vitest'
import { mergeArguments, stepArguments, substitute } from './args.ts'
import { pauseMs, readRollout, readTemplate } from './manifests.ts'
import type { Manifest } from '../manifests.ts'

const manifest = (kind: string, document: object): Manifest => ({
  kind,
  name: 'web',
  file: 'inline',
  document: { kind, ...document },
})
const rollout = readRollout([
  manifest('Rollout', {
    metadata: { name: 'web', namespace: 'shop', labels: { team: 'checkout' } },
    spec: { strategy: { canary: { steps: [{ setWeight: 5 }] } } },
  }),
])
const status = { currentStepIndex: 3, canary: { weights: { canary: { weight: 25 } } } }
const state = { rollout, stableHash: 'aaa', canaryHash: 'bbb', status }
const field = (fieldPath: string) => ({ name: 'x', valueFrom: { fieldRef: { fieldPath } } })
const template = (args: readonly object[]) =>
  readTemplate([manifest('AnalysisTemplate', { spec: { args, metrics: [{}] } })], {
    templates: [{ templateName: 'web', clusterScope: false }],
  })

describe('stepArguments(args, state)', () => {
  test.each([
    [{ name: 'x', value: '5' }, '5'],
    [{ name: 'x' }, ''],
    [field('metadata.name'), 'web'],
    [field('metadata.namespace'), 'shop'],
    [field("metadata.labels['team']"), 'checkout'],
    [field("metadata.annotations['missing']"), ''],
    [field('status.currentStepIndex'), '3'],
    [field('status.canary.weights.canary.weight'), '25'],
    [field('spec.strategy.canary.steps[0].setWeight'), '5'],
  ])('resolves %j to %j', (arg, value) => {
    expect(stepArguments([arg], state).get('x')).toBe(value)
  })

  test.each([
    ['status.canary.weights.stable.weight', 'invalid path'],
    ['spec.strategy.canary.steps[7].setWeight', 'invalid path'],
    ['status.canary', 'must terminate in a primitive value'],
  ])('cannot make a run where %s is the last field that it reads', (path, message) => {
    expect(() => stepArguments([field('metadata.name'), field(path)], state)).toThrow(message)
  })

  test('makes nothing of a field that is not there when a later one is', () => {
    const args = [field('status.weights'), { ...field('metadata.name'), name: 'y' }]
    expect([...stepArguments(args, state)]).toEqual([
      ['x', ''],
      ['y', 'web'],
    ])
  })

  test('refuses a field of the metadata that it does not know', () => {
    expect(() => stepArguments([field('metadata.uid')], state)).toThrow(
      'expected a fieldPath of the metadata',
    )
  })
})

describe('mergeArguments(template, given, secrets)', () => {
  test('lets the Rollout replace a default, with an empty value too, and drops what the template lacks', () => {
    const args = template([
      { name: 'policy', value: 'web' },
      { name: 'minutes', value: '10' },
    ])
    const given = new Map([
      ['policy', ''],
      ['stranger', '1'],
    ])
    expect(mergeArguments(args, given, {})).toEqual(
      new Map([
        ['policy', ''],
        ['minutes', '10'],
      ]),
    )
  })

  test('refuses an arg without a value', () => {
    expect(() => mergeArguments(template([{ name: 'canary' }]), new Map(), {})).toThrow(
      'args.canary was not resolved',
    )
  })
})

describe('substitute(value, args)', () => {
  const args = new Map([['weight', '5']])

  test('puts args into strings at any depth and leaves the rest', () => {
    const value = { a: ['{{args.weight}}', '{{ args.weight }} %', 7, null] }
    expect(substitute(value, args)).toEqual({ a: ['5', '5 %', 7, null] })
  })

  test.each(['{{args.next}}', '{{weight}}'])('refuses %s', (text) => {
    expect(() => substitute(text, args)).toThrow(`failed to resolve ${text}`)
  })
})

test.each([
  [undefined, undefined],
  [30, 30_000],
  ['30', 30_000],
  ['1h30m', 5_400_000],
])('pauseMs(%j) is %j', (length, ms) => {
  expect(pauseMs(length)).toBe(ms)
})

test.each(['', '5 minutes', '-5m'])('pauseMs(%j) refuses what is no duration', (text) => {
  expect(() => pauseMs(text)).toThrow('expected a duration')
})
