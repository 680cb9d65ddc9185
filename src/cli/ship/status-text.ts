import { plain } from '../plain.ts'
import { type Cluster, imageOf } from './cluster.ts'
import { describeAction } from './actions/describe-action.ts'
import type { Release } from './release.ts'

/** The state of a release: its phase and stage, who moved it there, and the pods of each arm. */
export function statusText(release: Release, { deployments, weights }: Cluster): string {
  const { apps, who, when, started, nginx } = release
  const arms = apps.flatMap(({ name, container }) =>
    [`${name}-stable`, `${name}-canary`].map((arm) => {
      const deployment = deployments.get(arm)
      if (deployment === undefined) return `${arm}  none`
      const { spec, status } = deployment
      return `${arm}  ${status.availableReplicas} of ${spec.replicas} pods ready  ${imageOf(deployment, container)}`
    }),
  )
  const lines = [
    describeAction({ kind: 'record', release }),
    `by ${who} at ${when}, begun ${started}`,
    ...arms,
    ...(nginx
      ? apps.map(({ name }) => `${name}-canary  canary-weight ${weights.get(`${name}-canary`)}`)
      : []),
  ]
  return `${lines.map(plain).join('\n')}\n`
}
