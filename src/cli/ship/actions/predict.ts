import type { Write } from './next-action.ts'
import { canaryManifest } from '../canary-manifest.ts'
import { type Cluster, type Deployment, parseCluster } from '../cluster.ts'
import { type Release, withKey } from '../release.ts'

/** The cluster after an action, for a dry run. Pods become ready by `settle`. */
export function predict(action: Write, release: Release, cluster: Cluster): Cluster {
  const changed = (name: string, change: (deployment: Deployment) => Deployment): Cluster => {
    const deployment = cluster.deployments.get(name)
    if (deployment === undefined) return cluster
    return { ...cluster, deployments: new Map(cluster.deployments).set(name, change(deployment)) }
  }
  switch (action.kind) {
    case 'record':
      return cluster
    case 'join':
    case 'leave': {
      const lead = action.kind === 'join' ? (release.apps[0]?.name ?? '') : undefined
      return changed(`${action.app}-stable`, (stable) => withPointer(stable, lead))
    }
    case 'deploy':
      return deployed(action, release, cluster)
    case 'scale':
      return changed(action.deployment, (arm) => ({ ...arm, spec: { ...arm.spec, replicas: action.to } }))
    case 'image':
      return changed(`${action.app.name}-stable`, (stable) =>
        withImage(stable, action.app.container, action.image),
      )
    case 'weight':
      return { ...cluster, weights: new Map(cluster.weights).set(action.ingress, action.to) }
    default:
      return action satisfies never
  }
}

/** The cluster when all pods of these Deployments are ready. */
export function settle(names: readonly string[], cluster: Cluster): Cluster {
  const deployments = [...cluster.deployments].map(
    ([name, each]) => [name, names.includes(name) ? settled(each) : each] as const,
  )
  return { ...cluster, deployments: new Map(deployments) }
}

function settled(deployment: Deployment): Deployment {
  const { replicas } = deployment.spec
  const status = {
    observedGeneration: deployment.metadata.generation,
    replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
    conditions: [],
  }
  return { ...deployment, status }
}

function withPointer(stable: Deployment, lead: string | undefined): Deployment {
  const { [withKey]: _, ...others } = stable.metadata.annotations
  const annotations = lead === undefined ? others : { ...others, [withKey]: lead }
  return { ...stable, metadata: { ...stable.metadata, annotations } }
}

function deployed(
  { app, replicas }: Extract<Write, { kind: 'deploy' }>,
  release: Release,
  cluster: Cluster,
): Cluster {
  const stable = cluster.deployments.get(`${app.name}-stable`)
  if (stable === undefined) return cluster
  const text = JSON.stringify(canaryManifest(stable, '', { release, app, replicas }))
  const deployments = new Map(cluster.deployments)
  for (const [name, canary] of parseCluster(text).deployments) deployments.set(name, canary)
  return { ...cluster, deployments }
}

function withImage(stable: Deployment, container: string, image: string): Deployment {
  const { template } = stable.spec
  const containers = template.spec.containers.map((each) =>
    each.name === container ? { ...each, image } : each,
  )
  const spec = { ...stable.spec, template: { ...template, spec: { ...template.spec, containers } } }
  return { ...stable, spec, status: { ...stable.status, updatedReplicas: 0 } }
}
