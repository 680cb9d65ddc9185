import type { RunCache } from '../history/run-history.ts'
import type { StoreAccess } from '../history/store-access.ts'
import type { Deadline } from '../model/deadline.ts'
import type { Judgement } from '../model/judgement.ts'
import type { RolloutLook } from './judge-rollout.ts'

/**
 * The answer to a look by hand. Nothing is kept, so it has no link to a verdict, and a link to its run only where that
 * run existed before.
 */
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
