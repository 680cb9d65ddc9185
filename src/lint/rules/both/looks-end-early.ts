import { type Analysis, resolved } from '../../facts/argo-analysis.ts'
import { isJudge, metricsOf, policyOf, sent } from '../../facts/argo-metric.ts'
import { analysesOf } from '../../facts/argo-rollout.ts'
import { secondsOf } from '../../facts/durations.ts'
import {
  analysisOf,
  intervalOf,
  iterationsOf,
  judgeHooks,
  policyOfHooks,
  sentByHooks,
} from '../../facts/flagger.ts'
import type { Policy } from '../../../engine/model/policy.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

export const looksEndEarly: Rule = {
  name: 'looks-end-early',
  severity: 'error',
  kinds: ['Rollout', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Canary'],
  finds: 'looks at the judge that are over before the step and its hold are',
  why: 'A step begins up to a minute after the first look and its last minute is known some time after its end. With fewer looks the rollout stops, or goes on, before the judge has seen the end of the step.',
  mend: 'Ask minutes + hold (10 where the policy says nothing) + 4 times, once a minute.',
  check: (manifest, surroundings) => {
    if (manifest.kind === 'Canary') return inCanary(manifest, surroundings)
    return manifest.kind === 'Rollout'
      ? inRollout(manifest, surroundings)
      : inTemplate(manifest, surroundings)
  },
}

/** Looks after the end of a step that its last data need. */
const beyond = 4

const holdMinutes = (policy: Policy | undefined): number => (policy?.hold.forSeconds ?? 600) / 60

function inTemplate(template: Manifest, surroundings: Surroundings): readonly Spotted[] {
  return metricsOf(template).flatMap((metric) => {
    const message = shortage(metric, template, surroundings)
    return message === undefined ? [] : [{ at: metric.at('count'), message }]
  })
}

/** What the args of a Rollout make wrong, and the template by itself does not. */
function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  return analysesOf(rollout, surroundings).flatMap((analysis) =>
    analysis.templates.flatMap((template) =>
      metricsOf(template).flatMap((metric) => {
        if (shortage(metric, template, surroundings) !== undefined) return []
        const message = shortage(metric, template, surroundings, analysis)
        return message === undefined ? [] : [{ at: analysis.at, message }]
      }),
    ),
  )
}

function shortage(
  metric: Node,
  template: Manifest,
  surroundings: Surroundings,
  analysis?: Analysis,
): string | undefined {
  // where everything but a fail passes, the looks only watch
  if (!isJudge(metric) || !/== *["']pass["']/.test(metric.at('successCondition').text ?? '')) return undefined
  const count = numberOf(resolved(metric.at('count'), template, analysis))
  const interval = secondsOf(metric.at('interval'))
  const given = sent(metric, 'minutes', template, analysis)
  if (count === undefined || interval === undefined || (given === undefined && asks(metric, 'minutes')))
    return undefined
  const minutes = given === undefined || given === '' ? 10 : numberOf(given)
  if (minutes === undefined) return undefined
  const hold = holdMinutes(policyOf(metric, template, surroundings, analysis))
  return tooFew('looks', count, interval, minutes, hold)
}

const asks = (metric: Node, field: string): boolean => metric.at('provider', 'web', 'jsonBody', field).exists

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined

function inCanary(canary: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const iterations = iterationsOf(canary)
  if (iterations === undefined || judgeHooks(canary).length === 0) return []
  const policy = policyOfHooks(canary, surroundings)
  const minutes = numberOf(sentByHooks(canary, 'minutes')) ?? (policy?.rolloutSeconds ?? 1800) / 60
  const message = tooFew('iterations', iterations, intervalOf(canary), minutes, holdMinutes(policy))
  return message === undefined ? [] : [{ at: analysisOf(canary).at('iterations'), message }]
}

function tooFew(
  what: string,
  count: number,
  intervalSeconds: number,
  minutes: number,
  hold: number,
): string | undefined {
  const needed = Math.ceil(((minutes + hold + beyond) * 60) / intervalSeconds)
  if (count >= needed) return undefined
  return `${count} ${what} for a step of ${minutes} minutes and a hold of ${hold}: ${needed} are needed`
}
