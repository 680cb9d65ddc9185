import { isArm } from '../../facts/arms.ts'
import { sameNamespace } from '../../facts/same-namespace.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Surroundings } from '../../model/rule.ts'

export const missingProbe: Rule = {
  name: 'missing-probe',
  severity: 'warning',
  kinds: ['Rollout', 'Deployment'],
  finds: 'a container of a canary that serves a port and has no readinessProbe',
  why: 'A pod gets requests before it can answer them; these failures count against the canary, which has the new pods.',
  mend: 'Give the container a readinessProbe that fails until it can serve.',
  check: (manifest, surroundings) => {
    if (!isReleased(manifest, surroundings)) return []
    return manifest.root
      .at('spec', 'template', 'spec', 'containers')
      .items()
      .filter(
        (container) => container.at('ports').items().length > 0 && !container.at('readinessProbe').exists,
      )
      .map((container) => ({
        at: container,
        message: `container ${container.at('name').text ?? ''} has no readinessProbe`,
      }))
  },
}

/** A Deployment that nothing releases step by step is left alone, unless the files are about nothing else. */
function isReleased(manifest: Manifest, { manifests }: Surroundings): boolean {
  if (manifest.kind === 'Rollout' || isArm(manifest)) return true
  const releases = manifests.filter(({ kind }) => kind === 'Canary' || kind === 'Rollout')
  if (releases.length === 0) return true
  return releases.some(
    (each) =>
      sameNamespace(each, manifest) &&
      [each.root.at('spec', 'targetRef'), each.root.at('spec', 'workloadRef')].some(
        (reference) =>
          reference.at('kind').text === 'Deployment' && reference.at('name').text === manifest.name,
      ),
  )
}
