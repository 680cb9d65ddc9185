import { describe, expect, test } from 'vitest'
import { mergeArguments, stepArguments, substitute } from './argo-args.ts'
import { pauseMs, readRollout, readTemplate } from './argo-manifests.ts'
import type { Manifest } from './manifests.ts'

const manifest = (kind: string, document: object): Manifest => ({
  kind,
  name: 'web',
  file: 'inline',
  document: { kind, ...document },
})
const rollout = readRollout([
  manifest('Rollout', {
    metadata: { name: 'web', namespace: 'shop', labels: { team: 'checkout' } },
    spec: { strategy: { canary: { steps: [] } } },
  }),
])
const state = { rollout, stableHash: 'aaa', canaryHash: 'bbb' }
const field = (fieldPath: string) => ({ name: 'x', valueFrom: { fieldRef: { fieldPath } } })
const template = (args: readonly object[]) =>
  readTemplate([manifest('AnalysisTemplate', { spec: { args, metrics: [{}] } })], {
    templates: [{ templateName: 'web', clusterScope: false }],
    args: [],
    dryRun: [],
  })

describe('stepArguments(args, state)', () => {
  test.each([
    [{ name: 'x', value: '5' }, '5'],
    [{ name: 'x' }, ''],
    [field('metadata.name'), 'web'],
    [field('metadata.namespace'), 'shop'],
    [field("metadata.labels['team']"), 'checkout'],
    [field("metadata.annotations['missing']"), ''],
  ])('resolves %j to %j', (arg, value) => {
    expect(stepArguments([arg], state).get('x')).toBe(value)
  })

  test('refuses a field that it does not know', () => {
    expect(() => stepArguments([field('status.canary')], state)).toThrow(
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

  test('refuses an arg that nobody gave', () => {
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
