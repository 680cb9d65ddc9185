import { inWords } from '../../facts/durations.ts'
import { type PlannedStages, stagesOfCanary, stagesOfRollout } from '../../facts/stages.ts'
import type { Rule, Spotted, Surroundings } from '../../model/rule.ts'

/** Without the traffic of the service. */
const leastSeconds = 600
/** With its traffic: from this ratio of errors on, what gets through is much. */
const mostErrors = 3

export const tooFast: Rule = {
  name: 'too-fast',
  severity: 'warning',
  kinds: ['Rollout', 'Canary'],
  finds:
    'a canary that is over in less than ten minutes or, with --rps, before three times the errors would show',
  // measured in test/lint/measured.slow.test.ts
  why: 'Harm takes time to show. At 50 requests a second and 0.5 % errors, three steps of one minute stop 12 % of 100 simulated canaries with twice the errors; three steps of ten minutes stop 100 %.',
  mend: 'Make steps longer, at least ten minutes for the last one; `canary-judge plan` says what each length finds.',
  check: (manifest, surroundings) => {
    const planned =
      manifest.kind === 'Canary'
        ? stagesOfCanary(manifest, surroundings)
        : stagesOfRollout(manifest, surroundings)
    return planned === undefined || planned.stages.length === 0 ? [] : spotted(planned, surroundings)
  },
}

function spotted(
  { at, stages, held, policy }: PlannedStages,
  { leastErrors }: Surroundings,
): readonly Spotted[] {
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0)
  const weights = stages.flatMap(({ weight }) => weight ?? [])
  if (leastErrors !== undefined && weights.length > 0) {
    const minutes = stages.map((stage) => Math.max(1, Math.round(stage.seconds / 60)))
    const least = leastErrors({ weights, minutes }, policy)
    if (least !== undefined && least.times <= mostErrors) return []
    const what = least === undefined ? 'errors of no size' : `only errors from ${least.text} on`
    return [{ at, message: `${what} fail the canary within its ${inWords(seconds)} at this traffic` }]
  }
  if (held || seconds >= leastSeconds) return []
  const flags = weights.length === 0 ? '' : ` --stages ${weights.join(',')}`
  const each = Math.max(1, Math.round(seconds / 60 / stages.length))
  const ask = `canary-judge plan --rps N${flags} --minutes ${each}`
  return [{ at, message: `all users have the release after ${inWords(seconds)}; see \`${ask}\`` }]
}
