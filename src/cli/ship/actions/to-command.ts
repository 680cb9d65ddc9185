import { AppError } from '../../../errors.ts'
import type { Write } from './next-action.ts'
import { canaryManifest } from '../canary-manifest.ts'
import { type Cluster, weightKey } from '../cluster.ts'
import { plainJson } from '../../plain.ts'
import { notes } from '../notes.ts'
import { type Release, releaseKey, withKey } from '../release.ts'

/** The arguments of kubectl and its input. */
export interface Command {
  readonly args: readonly string[]
  readonly input?: string
}

/**
 * The command for an action. It names the version that was read: if that has changed since, Kubernetes refuses the
 * command, and the next action is planned again.
 */
export function toCommand(action: Write, release: Release, cluster: Cluster): Command {
  const lead = release.apps[0]?.name ?? ''
  switch (action.kind) {
    case 'record':
      return annotate(`${lead}-stable`, cluster, `${releaseKey}=${plainJson(action.release)}`)
    case 'join':
      return annotate(`${action.app}-stable`, cluster, `${withKey}=${lead}`)
    case 'leave':
      return { args: ['annotate', `deployment/${action.app}-stable`, `${withKey}-`] }
    case 'deploy': {
      const { app, replicas } = action
      const stable = cluster.deployments.get(`${app.name}-stable`)
      if (stable === undefined) throw new AppError('bad-request', `expected a Deployment ${app.name}-stable`)
      const canary = cluster.deployments.get(`${app.name}-canary`)
      const manifest = canaryManifest(stable, canary?.metadata.resourceVersion ?? '', {
        release,
        app,
        replicas,
      })
      const verb = canary === undefined ? 'create' : 'replace'
      return {
        args: [verb, '--validate=false', '--filename=-'],
        input: `${plainJson(manifest, 2)}\n`,
      }
    }
    case 'scale': {
      const { deployment, from, to } = action
      return { args: ['scale', `deployment/${deployment}`, `--current-replicas=${from}`, `--replicas=${to}`] }
    }
    case 'image': {
      const { app, image, version } = action
      const template = {
        metadata: { labels: { version } },
        spec: { containers: [{ name: app.container, image }] },
      }
      const patch = { metadata: { annotations: notes(release, image) }, spec: { template } }
      return { args: ['patch', `deployment/${app.name}-stable`, `--patch=${plainJson(patch)}`] }
    }
    case 'weight':
      return { args: ['annotate', `ingress/${action.ingress}`, '--overwrite', `${weightKey}=${action.to}`] }
    default:
      return action satisfies never
  }
}

function annotate(deployment: string, { deployments }: Cluster, annotation: string): Command {
  const version = deployments.get(deployment)?.metadata.resourceVersion ?? ''
  const condition = version === '' ? [] : [`--resource-version=${version}`]
  return { args: ['annotate', `deployment/${deployment}`, '--overwrite', ...condition, annotation] }
}
