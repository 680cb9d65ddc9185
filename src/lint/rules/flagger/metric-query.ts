import { expectedQuery, parseQuery } from '../../../callers/flagger/metric-template/parse-query.ts'
import { metricsOfCanary, templateOf } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const metricQuery: Rule = {
  name: 'metric-query',
  severity: 'error',
  kinds: ['MetricTemplate', 'Canary'],
  finds:
    'a MetricTemplate that asks canary-judge for something that it does not answer, or a range that reads it wrongly',
  why: 'A refused query is a failed check in every tick, and so is a pass that is not there yet: a healthy canary is rolled back.',
  mend: 'Ask for canary_judge_fail with labels and =, and nothing around it; the range of the Canary is `max: 0`.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest, surroundings) : inTemplate(manifest),
}

const queryOf = ({ root }: Manifest): string => root.at('spec', 'query').text ?? ''

const asksJudge = (template: Manifest): boolean => /\bcanary_judge_/.test(queryOf(template))

function inTemplate(template: Manifest): readonly Spotted[] {
  if (!asksJudge(template)) return []
  const filled = queryOf(template).replaceAll(/\{\{[^{}]*\}\}/g, 'x')
  return parseQuery(filled) === undefined
    ? [{ at: template.root.at('spec', 'query'), message: `expected ${expectedQuery}` }]
    : []
}

function inCanary(canary: Manifest, surroundings: Surroundings): readonly Spotted[] {
  return metricsOfCanary(canary).flatMap((metric) => {
    const template = templateOf(metric, canary, surroundings)
    if (template === undefined || !asksJudge(template)) return []
    const range = metric.at('thresholdRange')
    if (queryOf(template).includes('canary_judge_fail') && range.at('max').number === 0) return []
    const asked = /canary_judge_\w+/.exec(queryOf(template))?.[0] ?? ''
    const message = `expected canary_judge_fail with thresholdRange {max: 0}, got ${asked} with ${JSON.stringify(range.value)?.slice(0, 60) ?? 'none'}`
    return [{ at: range.exists ? range : metric, message }]
  })
}
