import { isJudge, metricsOf } from '../../facts/argo-metric.ts'
import { builtinMetrics, judgeHooks, metricsOfCanary, templateOf } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const fixedThreshold: Rule = {
  name: 'fixed-threshold',
  severity: 'warning',
  kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate', 'Canary'],
  finds: 'a metric that is compared with a fixed number',
  // measured in test/lint/measured.slow.test.ts
  why: 'A number that is right at one traffic cries wolf at another. Of simulated healthy rollouts (200 each, errors 0.5 %, limit 1 %, one check a minute for 30 minutes) a limit that tolerates no failed check aborts 100 % at 5 requests a second and 89 % at 50; with four tolerated, 66 % and 6 %, and 51 % at 50 when errors come in bursts.',
  mend: 'Compare the canary with the stable version: let the judge look at the metric (docs/policies.md), with the number as its `limit`.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest, surroundings) : metricsOf(manifest).flatMap(inMetric),
}

/** A query that names both versions compares them already. */
const comparesArms = (query: string): boolean => /stable|baseline|primary/i.test(query)

/** `result[0] >= 0.95`, `result < 500`, with or without a default around it. */
const comparison = /\bresult\b[^&|"']{0,60}(?:<=|>=|<|>)\s*-?\d+(?:\.\d+)?/

const providers = [
  'prometheus',
  'datadog',
  'newRelic',
  'wavefront',
  'cloudWatch',
  'graphite',
  'influxdb',
  'skywalking',
]

function inMetric(metric: Node): readonly Spotted[] {
  const provider = providers.find((each) => metric.at('provider', each).exists)
  if (provider === undefined || isJudge(metric)) return []
  if (comparesArms(metric.at('provider', provider, 'query').text ?? '')) return []
  const at = ['successCondition', 'failureCondition']
    .map((key) => metric.at(key))
    .find(({ text }) => text !== undefined && comparison.test(text))
  return at === undefined
    ? []
    : [
        {
          at,
          message: `${metric.at('name').text ?? 'a metric'} is compared with a number: ${at.text?.slice(0, 80)}`,
        },
      ]
}

function inCanary(canary: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const besideJudge = judgeHooks(canary).length > 0
  return metricsOfCanary(canary).flatMap((metric) => {
    const name = metric.at('name').text ?? ''
    const reference = metric.at('templateRef', 'name').text
    const query =
      metric.at('query').text ?? templateOf(metric, canary, surroundings)?.root.at('spec', 'query').text ?? ''
    const isOurs = query.includes('canary_judge_') || /canary-judge/.test(reference ?? '')
    // beside the hooks of the judge they are the business of builtin-metrics
    const isOther = besideJudge && builtinMetrics.has(name) && reference === undefined
    if (isOurs || isOther || comparesArms(query)) return []
    const range = metric.at('thresholdRange')
    const limits = [range.at('min'), range.at('max'), metric.at('threshold')].filter(({ exists }) => exists)
    if (limits.length === 0 && !builtinMetrics.has(name)) return []
    const numbers = limits.map(({ number }) => number).filter((each) => each !== undefined)
    return [
      {
        at: metric,
        message: `${name} is compared with a number${numbers.length === 0 ? '' : `: ${numbers.join(' to ')}`}`,
      },
    ]
  })
}
