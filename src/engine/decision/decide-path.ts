import { type Decided, decideHarm } from './decide.ts'
import type { RunEvidence } from './gather.ts'
import { decideWinner } from './winner/decide-winner.ts'

/** Decides every look of a rollout, in order. */
export function decidePath(run: RunEvidence): readonly Decided[] {
  const looks = decideHarm(run)
  return run.opposite === undefined ? looks : decideWinner(run, looks, decideHarm(run.opposite))
}
