import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { aggregateArms } from '../../src/simulate/aggregate-arms.ts'
import type { Rule } from './rule.ts'

/** The rule of canary-judge. */
export const engine: Rule = (recording, policy) => {
  const { firstFail, passedSteps } = outcomesBySlice(recording, policy)
  return firstFail === undefined ? { passed: passedSteps } : { failAt: firstFail, passed: passedSteps }
}

/** The rule of canary-judge when it knows the arms and not their pods. */
export const engineArmsOnly: Rule = (recording, policy) => engine(aggregateArms(recording), policy)
