import { isJudge, metricsOf } from '../../facts/argo-metric.ts'
import { resolved } from '../../facts/argo-analysis.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const inconclusivePasses: Rule = {
  name: 'inconclusive-passes',
  severity: 'error',
  kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
  finds: 'a metric for which inconclusive measurements count as a success',
  why: 'Argo Rollouts counts inconclusive measurements towards count, and count reached is Successful: a canary about which nothing is known is promoted.',
  mend: 'Set consecutiveSuccessLimit: 1 (Argo Rollouts 1.8), or an inconclusiveLimit below count; give the judge both conditions.',
  check: (template) => metricsOf(template).flatMap((metric) => inMetric(metric, template)),
}

function inMetric(metric: Node, template: Manifest): readonly Spotted[] {
  const name = metric.at('name').text ?? ''
  const both = metric.at('successCondition').exists && metric.at('failureCondition').exists
  if (!both) {
    // one condition decides alone, so what is no failure is a success
    return isJudge(metric) && metric.at('failureCondition').exists
      ? [{ at: metric.at('failureCondition'), message: `metric ${name} has no successCondition` }]
      : []
  }
  if (areOpposites(metric.at('successCondition').text, metric.at('failureCondition').text)) return []
  const [count, limit, successes] = ['count', 'inconclusiveLimit', 'consecutiveSuccessLimit'].map((key) =>
    wholeNumber(metric.at(key), template),
  )
  if (count === undefined || limit === undefined || successes !== 0) return []
  const never = limit < 0
  if (count < 1 || (!never && limit < count)) return []
  return [
    {
      at: metric.at('inconclusiveLimit'),
      message: `${count} inconclusive measurements are a success, since inconclusiveLimit is ${limit}`,
    },
  ]
}

/** 0 where it is not set; undefined for what is no number, or is only known in the cluster. */
function wholeNumber(node: Node, template: Manifest): number | undefined {
  if (!node.exists) return 0
  const text = resolved(node, template)
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** With `!= "fail"` and `== "fail"` no measurement is inconclusive. */
function areOpposites(success = '', failure = ''): boolean {
  const [left, right] = [success, failure].map((text) =>
    /^([^=!<>]+)(==|!=|<=|>=|<|>)([^=!<>]+)$/.exec(text.trim()),
  )
  return (
    left?.[1]?.trim() === right?.[1]?.trim() &&
    left?.[3]?.trim() === right?.[3]?.trim() &&
    left !== null &&
    left !== undefined &&
    opposites.get(left[2] ?? '') === right?.[2]
  )
}

const opposites = new Map([
  ['==', '!='],
  ['!=', '=='],
  ['<', '>='],
  ['>=', '<'],
  ['>', '<='],
  ['<=', '>'],
])
