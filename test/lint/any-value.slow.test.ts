import { expect, test } from 'vitest'
import { fixture } from './examples.ts'
import { lintText } from './lint-text.ts'

const canary = (analysis: string): string => `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: web }
spec:
  targetRef: { kind: Deployment, name: web }
  analysis: ${analysis}
`
const odd = ['null', '[]', '"text"', '-1', '[null, 5, [], {}]', '{ a: { b: [1] } }']

test.each(odd)('lint takes any value anywhere: %s', async (value) => {
  const kinds = [
    'Rollout',
    'AnalysisTemplate',
    'ClusterAnalysisTemplate',
    'Canary',
    'MetricTemplate',
    'Deployment',
  ]
  const texts = [
    canary(value),
    canary(
      `{ webhooks: ${value}, metrics: ${value}, stepWeights: ${value}, interval: ${value}, threshold: ${value}, iterations: ${value} }`,
    ),
    canary(
      `{ webhooks: [{ url: http://j/v1/flagger/rollout, type: ${value}, metadata: ${value}, timeout: ${value}, retries: ${value} }] }`,
    ),
    canary(
      `{ webhooks: [{ url: http://j/v1/flagger/rollout, metadata: { policy: ${value}, steps: ${value} } }] }`,
    ),
    ...['argo', 'flagger', 'metric-template', 'deployments'].flatMap((name) =>
      everyValueReplaced(fixture(name), value),
    ),
    ...kinds.map(
      (kind) => `{ apiVersion: argoproj.io/v1alpha1, kind: ${kind}, metadata: ${value}, spec: ${value} }`,
    ),
    `name: ${value}\nmetrics: [{ kind: ${value} }]`,
    `kind: List\nitems: ${value}`,
  ]
  for (const text of texts) {
    const { findings } = await lintText(text)
    for (const { line, message } of findings) expect([line > 0, message.length < 600]).toEqual([true, true])
  }
})

/** The text once for each line, with another value there. */
const everyValueReplaced = (text: string, value: string): readonly string[] =>
  text.split('\n').flatMap((line, index, lines) => {
    const changed = line.replace(/^(\s*(?:- )?[\w]+:).*$/, `$1 ${value}`)
    return changed === line ? [] : [lines.with(index, changed).join('\n')]
  })
