import { expect, test } from 'vitest'
import { fixture } from './examples.ts'
import { lintText, short } from './lint-text.ts'

/** The Canary of the file, whose metric names a template with a mistake of each of two rules. */
const broken = (reference: string): string =>
  fixture('metric-template').replace(
    'templateRef: { name: canary-judge }\n        thresholdRange: { max: 0 }',
    `templateRef: { name: judge${reference} }\n        thresholdRange: { max: 7 }`,
  )

const template = (namespace: string, query: string): string => `---
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: { name: judge${namespace} }
spec: { provider: { type: prometheus }, query: '${query}' }
`

const foundWith = async (reference: string, ...templates: readonly string[]): Promise<readonly string[]> => {
  const { findings } = await lintText([broken(reference), ...templates].join(''))
  return findings.map((finding) => short(finding).replace(/^\d+ ([\w-]+): .*$/, '$1'))
}

const judge = 'canary_judge_fail{namespace="{{ namespace }}"}'
const other = 'sum(rate(errors_total[1m]))'

test('lint looks for a MetricTemplate in the namespace that the Canary names, else in that of the Canary', async () => {
  const both = [template(', namespace: shop', judge), template(', namespace: platform', other)]
  expect(await foundWith('', ...both)).toEqual(['metric-query'])
  expect(await foundWith('', ...both.toReversed())).toEqual(['metric-query'])
  expect(await foundWith(', namespace: platform', ...both)).toEqual(['fixed-threshold'])
  expect(await foundWith(', namespace: platform', ...both.toReversed())).toEqual(['fixed-threshold'])
})

test('lint takes no MetricTemplate of another namespace', async () => {
  const [theirs, everywhere] = [template(', namespace: platform', judge), template('', judge)]
  expect(await foundWith('', theirs)).toEqual(['fixed-threshold'])
  expect(await foundWith(', namespace: platform', theirs)).toEqual(['metric-query'])
  expect(await foundWith(', namespace: platform', everywhere)).toEqual(['metric-query'])
})
