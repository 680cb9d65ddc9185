import { argoRequestSchema } from '../../../callers/argo/request.ts'
import { nearestKey } from '../../../formats/mistakes/nearest-key.ts'
import { resolved } from '../../facts/argo-analysis.ts'
import { judgeMetrics } from '../../facts/argo-metric.ts'
import { secondsOf } from '../../facts/durations.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const judgeRequest: Rule = {
  name: 'judge-request',
  severity: 'error',
  kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
  finds: 'a metric that asks canary-judge in a way that it refuses, or that reads its answer wrongly',
  why: 'A refused request is an Error for Argo Rollouts, which keeps no reason and aborts after a few of them.',
  mend: 'Copy the metric from rollouts/argo/template, and change args instead of the metric.',
  check: (template) => judgeMetrics(template).flatMap((metric) => inMetric(metric, template)),
}

function inMetric(metric: Node, template: Manifest): readonly Spotted[] {
  const web = metric.at('provider', 'web')
  return [
    ...inWeb(web, 'method', 'POST'),
    ...inWeb(web, 'jsonPath', '{$.argo}'),
    ...inCondition(metric, 'successCondition', 'pass'),
    ...inCondition(metric, 'failureCondition', 'fail'),
    ...inTimeout(metric),
    ...inBody(web, template),
  ]
}

function inWeb(web: Node, key: string, wanted: string): readonly Spotted[] {
  const at = web.at(key)
  if (at.text === wanted) return []
  const got = at.exists ? `"${at.text ?? ''}"` : 'nothing'
  return [{ at: at.exists ? at : web, message: `expected ${key} ${wanted}, got ${got}` }]
}

/** What is neither a pass nor a fail stays inconclusive only with both conditions. */
function inCondition(metric: Node, key: string, verdict: string): readonly Spotted[] {
  const at = metric.at(key)
  if (!at.exists) {
    // without a successCondition, inconclusive-passes reports it
    return key === 'failureCondition' && metric.at('successCondition').exists && !watches(metric)
      ? [{ at: metric, message: 'without a failureCondition an inconclusive answer aborts the rollout' }]
      : []
  }
  const text = at.text ?? ''
  if (/\bresult\s*\[\s*1\s*\]/.test(text) && /["'](pass|fail)["']/.test(text)) return []
  return [
    { at, message: `expected ${key} result[1] == "${verdict}", got ${JSON.stringify(text.slice(0, 60))}` },
  ]
}

const watches = (metric: Node): boolean => /!= *["']fail["']/.test(metric.at('successCondition').text ?? '')

const answersWithinSeconds = 8

function inTimeout(metric: Node): readonly Spotted[] {
  const at = metric.at('provider', 'web', 'timeoutSeconds')
  const seconds = at.number
  if (seconds === undefined) return []
  if (seconds <= answersWithinSeconds)
    return [
      { at, message: `the judge may take ${answersWithinSeconds} s to answer, the timeout is ${seconds} s` },
    ]
  const interval = secondsOf(metric.at('interval'))
  return interval !== undefined && seconds > interval
    ? [{ at, message: `the timeout of ${seconds} s is longer than the interval of ${interval} s` }]
    : []
}

const fields = argoRequestSchema.shape
const required = ['namespace', 'name', 'canaryHash', 'stableHash'] as const

function inBody(web: Node, template: Manifest): readonly Spotted[] {
  const body = web.at('jsonBody')
  if (!body.exists) return web.at('body').exists ? [] : [{ at: web, message: 'the metric sends no jsonBody' }]
  const missing = required
    .filter((field) => !body.at(field).exists)
    .map((field) => ({ at: body, message: `the jsonBody has no ${field}` }))
  return [...missing, ...body.entries().flatMap(([key, node]) => inField(key, node, template))]
}

function inField(key: string, node: Node, template: Manifest): readonly Spotted[] {
  const schema = Object.entries(fields).find(([name]) => name === key)?.[1]
  if (schema === undefined) {
    const nearest = nearestKey(key, Object.keys(fields))
    return [
      {
        at: node,
        message: `unknown field ${key}${nearest === undefined ? '' : `, did you mean ${nearest}?`}`,
      },
    ]
  }
  const value = typeof node.value === 'object' ? undefined : resolved(node, template)
  if (value === undefined || value === '') return []
  const issue = schema.safeParse(value).error?.issues[0]
  return issue === undefined
    ? []
    : [{ at: node, message: `${key}: expected another value, got ${JSON.stringify(value.slice(0, 60))}` }]
}
