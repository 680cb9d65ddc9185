import { metricsOf } from '../../facts/argo-metric.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const nothingFails: Rule = {
  name: 'nothing-fails',
  severity: 'error',
  kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
  finds: 'a metric that no value can fail: without conditions, or with a failureLimit that is never exceeded',
  why: 'Argo Rollouts takes every measurement without a condition as successful, so nothing ever rolls the canary back.',
  mend: 'Give the metric a failureCondition (and a successCondition), and a failureLimit below its count.',
  check: (template) => metricsOf(template).flatMap(inMetric),
}

/** They fail by themselves. */
const ownEnds = ['job', 'kayenta']

function inMetric(metric: Node): readonly Spotted[] {
  const name = metric.at('name').text ?? ''
  if (ownEnds.some((provider) => metric.at('provider', provider).exists)) return []
  if (!metric.at('successCondition').exists && !metric.at('failureCondition').exists)
    return [{ at: metric, message: `metric ${name} has neither a successCondition nor a failureCondition` }]
  const at = metric.at('failureLimit')
  const limit = at.number ?? 0
  const count = metric.at('count').number
  if (limit < 0) return [{ at, message: `failureLimit ${limit} of metric ${name} means that it never fails` }]
  if (count !== undefined && count > 0 && limit >= count)
    return [
      { at, message: `metric ${name} fails after ${limit + 1} failures, and is measured ${count} times` },
    ]
  return []
}
