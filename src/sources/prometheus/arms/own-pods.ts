import type { Arms, Labels } from './arms.ts'
import { revisionOfPod } from './pod-names.ts'
import type { Workload } from './preset-context.ts'

/**
 * Leaves out pods of other revisions. A service can have pods of the revision before, while their series last, or of
 * stable at the end of an abort. Where the name of a workload's pod has its revision, only the arm's own revision
 * counts. The names of other pods, such as those of a proxy, do not show a revision.
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

/** Whether it is a hash of Argo. A shorter text is more likely the name of a version, such as v2. */
function isHash(text: string): boolean {
  return /^[bcdfghjklmnpqrstvwxz2456789]{5,10}$/.test(text)
}
