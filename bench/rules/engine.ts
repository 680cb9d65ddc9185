import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { aggregateArms } from '../../src/simulate/aggregate-arms.ts'
import type { Rule } from './rule.ts'

/** What canary-judge answers. */
export const engine: Rule = (recording, policy) => {
  const { firstFail, passedSteps } = outcomesBySlice(recording, policy)
  return firstFail === undefined ? { passed: passedSteps } : { failAt: firstFail, passed: passedSteps }
}

/** The same where the pods of an arm cannot be told apart. */
export const engineArmsOnly: Rule = (recording, policy) => engine(aggregateArms(recording), policy)
