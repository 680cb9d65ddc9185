import type { Arm } from '../../../engine/model/recording.ts'
import type { Arms } from '../arms/arms.ts'
import { addMatchers } from './selector.ts'

/** A label that no exporter has: it says which arm an answer is of. */
const armLabel = 'canary_judge_arm'

/**
 * An expression for both arms in one query: every selector in it gets the labels of the arm, and the answer is one
 * value for each arm. Where the expression gives several, their mean counts.
 */
export function queryOfArms(expression: string, arms: Pick<Arms, Arm>): string {
  const of = (arm: Arm): string =>
    `label_replace(avg(${addMatchers(expression, arms[arm])}), "${armLabel}", "${arm}", "", "")`
  return `${of('canary')} or ${of('stable')}`
}

/** How the answer to such a query distinguishes the arms, whatever the labels of the series are. */
export function armsOfAnswer(arms: Arms): Arms {
  const armOf: Arms['armOf'] = ({ [armLabel]: arm }) =>
    arm === 'canary' || arm === 'stable' ? arm : undefined
  return {
    ...arms,
    armLabels: [armLabel],
    targetLabels: [],
    podLabel: undefined,
    armOf,
    armByLabels: armOf,
    isAmbiguous: () => false,
  }
}
