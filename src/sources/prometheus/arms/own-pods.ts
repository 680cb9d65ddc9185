import type { Arms, Labels } from './arms.ts'
import { revisionOfPod } from './pod-names.ts'
import type { Workload } from './preset-context.ts'

/**
 * A service has pods of whatever revision the controller points it at: the one before, while its series last, or
 * stable's at the end of an abort. Where the name of a pod of the workload tells its revision, only the arm's own
 * revision counts; pods of others, such as a proxy that counts, say nothing of it.
 */
export function onlyOwnPods(arms: Arms, { name, revision, stableRevision, params }: Workload): Arms {
  const { podLabel } = arms
  const byHash = params['controller'] !== 'flagger' && isHash(revision) && isHash(stableRevision ?? '')
  const workload = params['target'] ?? name
  if (podLabel === undefined || !byHash) return arms
  return {
    ...arms,
    armOf(labels: Labels) {
      const arm = arms.armOf(labels)
      const ofPod = arm === undefined ? undefined : revisionOfPod(labels[podLabel] ?? '', workload)
      const isOther = ofPod !== undefined && ofPod !== (arm === 'canary' ? revision : stableRevision)
      return isOther ? undefined : arm
    },
  }
}

/** As Argo makes them; a shorter text is more likely the name of a version, such as v2. */
function isHash(text: string): boolean {
  return /^[bcdfghjklmnpqrstvwxz2456789]{5,10}$/.test(text)
}
