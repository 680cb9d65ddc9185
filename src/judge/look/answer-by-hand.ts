import type { RunCache } from '../history/run-history.ts'
import type { StoreAccess } from '../history/store-access.ts'
import type { Deadline } from '../model/deadline.ts'
import type { Judgement } from '../model/judgement.ts'
import type { RolloutLook } from './judge-rollout.ts'

/** The answer to a look of which nothing is kept: no link leads to it, and to its run only where that was there. */
export async function answerByHand(
  { run, judgement, unsaved }: RolloutLook,
  { access, memory }: { readonly access: StoreAccess; readonly memory: RunCache },
  deadline: Deadline,
): Promise<Judgement> {
  const isKnown = unsaved
    ? memory.find(run) !== undefined
    : (await access.read(deadline, (history) => history.has(run))).value
  const { run: link } = judgement.links
  return {
    ...judgement,
    kept: false,
    notKept: 'by-hand',
    links: isKnown && link !== undefined ? { run: link } : {},
  }
}
