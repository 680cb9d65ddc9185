import { measuredSeconds, isJudge, metricsOf, sent } from '../../facts/argo-metric.ts'
import type { Analysis } from '../../facts/argo-analysis.ts'
import { canaryOf, type RolloutStep, stepsOf } from '../../facts/argo-rollout.ts'
import { inWords, secondsOf } from '../../facts/durations.ts'
import { analysisOf, intervalOf, iterationsOf, judgeHooks, weightsOf } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

const leastSeconds = 600

export const tooFast: Rule = {
  name: 'too-fast',
  severity: 'warning',
  kinds: ['Rollout', 'Canary'],
  finds: 'a canary that is over in less than ten minutes',
  // measured in test/lint/measured.slow.test.ts
  why: 'Harm takes time to show. At 50 requests a second and 0.5 % errors, three steps of one minute stop 12 % of 100 simulated canaries with twice the errors; three steps of ten minutes stop 100 %.',
  mend: 'Make steps longer, at least ten minutes for the last one; `canary-judge plan` says what each length finds.',
  check: (manifest, surroundings) =>
    manifest.kind === 'Canary' ? inCanary(manifest) : inRollout(manifest, surroundings),
}

function inRollout(rollout: Manifest, surroundings: Surroundings): readonly Spotted[] {
  const background = canaryOf(rollout).at('analysis').exists
  const steps = stepsOf(rollout, surroundings)
  if (!background && !steps.some(({ analysis }) => analysis !== undefined)) return []
  let sum = 0
  for (const step of steps) {
    if (step.weight >= 100) break
    const seconds = lengthOf(step)
    // unknown, or it waits for a person
    if (seconds === undefined) return []
    if (step.weight > 0) sum += seconds
  }
  const weights = [...new Set(steps.map(({ weight }) => weight))].filter(
    (weight) => weight > 0 && weight < 100,
  )
  return spotted(canaryOf(rollout).at('steps'), sum, weights)
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

function inCanary(canary: Manifest): readonly Spotted[] {
  // the judge holds each step for as long as it is planned
  if (judgeHooks(canary).some(({ judge }) => judge?.startsWith('confirm-') === true)) return []
  const weights = weightsOf(canary)
  const ticks = iterationsOf(canary) ?? weights.length
  return ticks === 0 ? [] : spotted(analysisOf(canary), ticks * intervalOf(canary), weights)
}

function spotted(at: Spotted['at'], seconds: number, weights: readonly number[]): readonly Spotted[] {
  if (seconds >= leastSeconds) return []
  const below = weights.filter((weight) => weight < 100)
  const stages = below.length === 0 ? '' : ` --stages ${below.join(',')}`
  const each = Math.max(1, Math.round(seconds / 60 / Math.max(1, below.length)))
  return [
    {
      at,
      message: `all users have the release after ${inWords(seconds)}; see \`canary-judge plan --rps N${stages} --minutes ${each}\``,
    },
  ]
}
