import { AppError } from '../../errors.ts'
import { type Cluster, type Deployment, imageOf } from './cluster.ts'
import { isOver, type Release, type ReleaseApp, versionOf } from './release.ts'

export interface Wanted {
  readonly images: ReadonlyMap<string, string>
  readonly stages: readonly number[]
  readonly nginx: boolean
  readonly container?: string
  readonly who: string
  readonly when: string
  readonly why: string
}

export type Beginning =
  /** Stable already has these images. */
  | { readonly kind: 'live' }
  /** The same release goes on. */
  | { readonly kind: 'going-on'; readonly release: Release }
  | { readonly kind: 'new'; readonly release: Release }

/** What `start` means in the current state; throws where it would disturb another release. */
export function beginRelease(wanted: Wanted, current: Release | undefined, cluster: Cluster): Beginning {
  if (current !== undefined && !isOver(current)) {
    const isSame =
      current.apps.length === wanted.images.size &&
      current.apps.every(({ name, to }) => wanted.images.get(name) === to) &&
      current.stages.join() === wanted.stages.join()
    if (isSame) return { kind: 'going-on', release: current }
    throw refused(
      `expected no other release, got one of ${imagesIn(current)} that goes on; end it with ship abort`,
    )
  }
  const apps = [...wanted.images].map(([name, to]) => toApp(name, to, wanted, cluster))
  if (apps.every(({ from, to }) => from === to)) return { kind: 'live' }
  for (const app of apps) expectChange(app)
  const { stages, nginx, who, when, why } = wanted
  const release = { apps, stages, stage: 0, phase: 'shifting', nginx, started: when, who, when, why } as const
  return { kind: 'new', release }
}

export const imagesIn = ({ apps }: Release): string => apps.map(({ to }) => to).join(' and ')

function toApp(name: string, to: string, { container: asked, nginx }: Wanted, cluster: Cluster): ReleaseApp {
  const stable = cluster.deployments.get(`${name}-stable`)
  if (stable === undefined) throw refused(`expected a Deployment ${name}-stable, got none`)
  const { spec, metadata } = stable
  if (spec.selector.matchLabels['track'] !== 'stable')
    throw refused(
      `${metadata.name}: expected "track: stable" in the selector, or the canary's pods would be taken for its own`,
    )
  if (spec.replicas < 1) throw refused(`${metadata.name}: expected one replica or more, got ${spec.replicas}`)
  const canary = cluster.deployments.get(`${name}-canary`)
  if (canary !== undefined && canary.spec.replicas > 0)
    throw refused(
      `${canary.metadata.name}: expected no replicas outside a release, got ${canary.spec.replicas}`,
    )
  if (nginx && !cluster.weights.has(`${name}-canary`))
    throw refused(`expected an Ingress ${name}-canary, got none`)
  const container = asked ?? containerOf(name, stable)
  const from = imageOf(stable, container)
  if (from === undefined) throw refused(`${metadata.name}: expected a container ${container}, got none`)
  const fromVersion = spec.template.metadata.labels['version'] ?? versionOf(from)
  return { name, container, from, to, fromVersion, toVersion: versionOf(to), replicas: spec.replicas }
}

/** Refuses two arms that are equal, and two arms with one version, which could not be distinguished. */
function expectChange({ name, from, to, fromVersion, toVersion }: ReleaseApp): void {
  if (from === to)
    throw refused(`${name}: expected another image than that of stable, got ${to}; leave it out of --app`)
  if (fromVersion === toVersion)
    throw refused(
      `${name}: expected another version than that of stable, got ${toVersion} of ${to} for both; ` +
        'give the new image a tag or a digest of its own',
    )
}

function containerOf(app: string, { metadata, spec }: Deployment): string {
  const names = spec.template.spec.containers.map(({ name }) => name)
  const chosen = names.find((name) => name === app) ?? (names.length === 1 ? names[0] : undefined)
  if (chosen !== undefined) return chosen
  throw refused(`${metadata.name}: expected --container, one of ${names.join()}`)
}

const refused = (message: string): AppError => new AppError('bad-request', message)
