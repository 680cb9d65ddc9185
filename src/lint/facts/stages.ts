import { plannedSeconds } from '../../engine/model/planned-seconds.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { NamedPolicy, Surroundings } from '../model/rule.ts'
import type { Analysis } from './argo-analysis.ts'
import { isJudge, judgesIn, measuredSeconds, metricsOf, policyOf, sent } from './argo-metric.ts'
import { analysesOf, canaryOf, type RolloutStep, stepsOf } from './argo-rollout.ts'
import { secondsOf } from './durations.ts'
import {
  analysisOf,
  intervalOf,
  iterationsOf,
  judgeHooks,
  policyOfHooks,
  sentByHooks,
  weightsOf,
} from './flagger.ts'

/** How a rollout goes on to all users. */
export interface PlannedStages {
  readonly at: Node
  /** Below 100 %, in order; without weights for blue/green and A/B. */
  readonly stages: readonly { readonly weight?: number; readonly seconds: number }[]
  /** Whether the judge keeps each stage for as long as it is planned. */
  readonly held: boolean
  /** The policy by which the judge looks at it. */
  readonly policy: NamedPolicy | undefined
}

/** Undefined where the files do not say how long it takes, or it waits for a person, or nothing looks at it. */
export function stagesOfRollout(rollout: Manifest, surroundings: Surroundings): PlannedStages | undefined {
  const steps = stepsOf(rollout, surroundings)
  const background = canaryOf(rollout).at('analysis').exists
  if (!background && !steps.some(({ analysis }) => analysis !== undefined)) return undefined
  const lengths = new Map<number, number>()
  for (const step of steps) {
    if (step.weight >= 100) break
    const seconds = lengthOf(step)
    if (seconds === undefined) return undefined
    if (step.weight > 0) lengths.set(step.weight, (lengths.get(step.weight) ?? 0) + seconds)
  }
  const stages = [...lengths].map(([weight, seconds]) => ({ weight, seconds }))
  const policy = policyOfRollout(rollout, surroundings)
  return { at: canaryOf(rollout).at('steps'), stages, held: false, policy }
}

/** The first that an analysis names. */
function policyOfRollout(rollout: Manifest, surroundings: Surroundings): NamedPolicy | undefined {
  for (const analysis of analysesOf(rollout, surroundings)) {
    for (const { template, metric } of judgesIn(analysis)) {
      const name = sent(metric, 'policy', template, analysis)
      if (name === undefined || name === '') continue
      return { name, policy: policyOf(metric, template, surroundings, analysis) }
    }
  }
  return undefined
}

function lengthOf({ node, analysis }: RolloutStep): number | undefined {
  const pause = node.at('pause')
  if (pause.exists) return secondsOf(pause.at('duration'))
  if (node.at('experiment').exists || node.at('plugin').exists) return undefined
  return analysis === undefined ? 0 : analysisSeconds(analysis)
}

/** As long as its longest metric; of the judge the planned length of the step. */
function analysisSeconds(analysis: Analysis): number | undefined {
  if (!analysis.complete) return undefined
  const lengths = analysis.templates.flatMap((template) =>
    metricsOf(template).map((metric) => {
      // a Job takes as long as it takes
      if (metric.at('provider', 'job').exists) return undefined
      if (!isJudge(metric)) return measuredSeconds(metric, template, analysis)
      const minutes = Number(sent(metric, 'minutes', template, analysis) || 10)
      return Number.isFinite(minutes) ? minutes * 60 : undefined
    }),
  )
  return lengths.reduce<number | undefined>(
    (most, each) => (most === undefined || each === undefined ? undefined : Math.max(most, each)),
    0,
  )
}

export function stagesOfCanary(canary: Manifest, surroundings: Surroundings): PlannedStages | undefined {
  const at = analysisOf(canary)
  const weights = weightsOf(canary).filter((weight) => weight < 100)
  const name = sentByHooks(canary, 'policy')
  const policy = policyOfHooks(canary, surroundings)
  const named = name === undefined ? undefined : { name, policy }
  const held = judgeHooks(canary).some(({ judge }) => judge?.startsWith('confirm-') === true)
  const interval = intervalOf(canary)
  if (weights.length === 0) {
    const iterations = iterationsOf(canary)
    return iterations === undefined
      ? undefined
      : { at, stages: [{ seconds: iterations * interval }], held, policy: named }
  }
  const minutes = Number(sentByHooks(canary, 'minutes'))
  if (held && !(minutes > 0) && policy === undefined) return undefined
  const stages = weights.map((weight, index) => {
    const planned = policy && plannedSeconds(policy, { index, of: weights.length }, 60)
    return { weight, seconds: held ? (minutes > 0 ? minutes * 60 : (planned ?? interval)) : interval }
  })
  return { at, stages, held, policy: named }
}
