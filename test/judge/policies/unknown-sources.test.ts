import { expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { unknownSources } from '../../../src/judge/policies/unknown-sources.ts'

const configured = ['default', 'eu']
const found = (more: string, names: readonly string[] = configured) =>
  unknownSources(parsePolicy(`name: web\n${more}`).policy, names)
const errors = '{name: errors, kind: errors}'
const other = (source: string): string => `{name: p95, kind: latency, source: ${source}}`
const known = 'expected one of the configured sources, which are default, eu;'

test.each([
  ['the default source', `metrics: [${errors}]`],
  ['another that is configured', `source: eu\nmetrics: [${errors}, ${other('default')}]`],
  ['one that no metric asks', `source: us\nmetrics: [${other('eu')}]`],
])('unknownSources() finds nothing in a policy with %s', (_, more) => expect(found(more)).toEqual([]))

test('unknownSources() names the place, what there is, and what was probably meant', () => {
  expect(found(`source: us-east\nmetrics: [${errors}, ${errors.replace('errors', 'more')}]`)).toEqual([
    { path: 'source', message: `${known} got "us-east"` },
  ])
  expect(found(`metrics: [${errors}, ${other('defualt')}]`)).toEqual([
    { path: 'metrics[1].source', message: `${known} got "defualt", did you mean default?` },
  ])
})

test('unknownSources() finds nothing where no Prometheus is configured at all', () => {
  expect(found(`source: us\nmetrics: [${errors}]`, [])).toEqual([])
})
