import type { Policy } from '../../engine/model/policy.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { Surroundings } from '../model/rule.ts'
import { type Analysis, resolved } from './argo-analysis.ts'
import { secondsOf } from './durations.ts'

export const metricsOf = ({ root }: Manifest): readonly Node[] => root.at('spec', 'metrics').items()

/** Whether a metric asks canary-judge. */
export const isJudge = (metric: Node): boolean =>
  /\/v1\/argo\/?$/.test(metric.at('provider', 'web', 'url').text ?? '')

export const judgeMetrics = (template: Manifest): readonly Node[] => metricsOf(template).filter(isJudge)

/** The metrics of canary-judge in an analysis, each with its template. */
export const judgesIn = ({
  templates,
}: Analysis): readonly { readonly template: Manifest; readonly metric: Node }[] =>
  templates.flatMap((template) => judgeMetrics(template).map((metric) => ({ template, metric })))

/** A field of the request that a judge metric sends, resolved; undefined where the file does not say. */
export const sent = (
  metric: Node,
  field: string,
  template: Manifest,
  analysis?: Analysis,
): string | undefined => resolved(metric.at('provider', 'web', 'jsonBody', field), template, analysis)

/** The policy that a judge metric names. */
export function policyOf(
  metric: Node,
  template: Manifest,
  { policyNamed }: Surroundings,
  analysis?: Analysis,
): Policy | undefined {
  const name = sent(metric, 'policy', template, analysis)
  return name === undefined || name === '' ? undefined : policyNamed(name, template)
}

/** How long a metric is measured, in seconds; undefined where it has no end or the file does not say. */
export function measuredSeconds(metric: Node, template: Manifest, analysis?: Analysis): number | undefined {
  const number = (key: string): number | undefined => {
    const text = resolved(metric.at(key), template, analysis)
    return text === undefined || !/^\d{1,9}$/.test(text) ? undefined : Number(text)
  }
  const delay = secondsOf(metric.at('initialDelay')) ?? 0
  if (!metric.at('interval').exists) return delay
  const interval = secondsOf(metric.at('interval'))
  const count = number('count')
  return interval === undefined || count === undefined || count < 1
    ? undefined
    : delay + interval * (count - 1)
}
