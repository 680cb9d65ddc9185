import { type Cluster, type Deployment, imageOf, isReady, isStuck } from '../cluster.ts'
import { podsAt, type Release, releaseKey, type ReleaseApp, startedKey, withKey } from '../release.ts'

/** A command to kubectl. */
export type Write =
  | { readonly kind: 'record'; readonly release: Release }
  | { readonly kind: 'join'; readonly app: string }
  | { readonly kind: 'leave'; readonly app: string }
  | { readonly kind: 'deploy'; readonly app: ReleaseApp; readonly replicas: number }
  | { readonly kind: 'scale'; readonly deployment: string; readonly from: number; readonly to: number }
  | { readonly kind: 'image'; readonly app: ReleaseApp; readonly image: string; readonly version: string }
  | { readonly kind: 'weight'; readonly ingress: string; readonly to: number }

/** No command: either something must happen first, or nothing is left to do. */
export type Pause =
  | { readonly kind: 'wait'; readonly for: readonly string[] }
  | { readonly kind: 'judge' }
  | { readonly kind: 'stuck'; readonly message: string }
  | { readonly kind: 'done' }

export type Action = Write | Pause

export const isPause = (action: Action): action is Pause =>
  ['wait', 'judge', 'stuck', 'done'].includes(action.kind)

/**
 * The next action, which depends only on the state of the cluster. Each command changes the state that is read next,
 * so a release that was killed at any point continues from there. Pods are added before others are removed.
 */
export function nextAction(release: Release, cluster: Cluster, isOverdue: boolean): Action {
  const apps = release.apps.map((app) => toSeen(app, release, cluster))
  switch (release.phase) {
    case 'shifting':
      return shift(release, apps, isOverdue)
    case 'promoting':
      return promote(release, apps.filter(isMember), isOverdue)
    case 'undoing':
      return first([...joins(release, apps), record(release, 'rolling-back', release.why)])
    case 'rolling-back':
      return rollBack(release, apps.filter(isMember), isOverdue)
    case 'promoted':
    case 'rolled-back':
      return { kind: 'done' }
    default:
      return release.phase satisfies never
  }
}

/** One app of the release and its objects in the cluster. */
interface Seen {
  readonly app: ReleaseApp
  readonly stable: Deployment | undefined
  readonly canary: Deployment | undefined
  readonly isLead: boolean
  readonly joined: string | undefined
  readonly isMember: boolean
  readonly weight: number | undefined
}

type Steps = readonly (Action | undefined)[]

const isMember = ({ isMember: member }: Seen): boolean => member

function toSeen(app: ReleaseApp, release: Release, { deployments, weights }: Cluster): Seen {
  const stable = deployments.get(`${app.name}-stable`)
  const lead = release.apps[0]?.name
  const isLead = app.name === lead
  const joined = stable?.metadata.annotations[withKey]
  return {
    app,
    stable,
    canary: deployments.get(`${app.name}-canary`),
    isLead,
    joined,
    isMember: isLead || joined === lead,
    weight: weights.get(`${app.name}-canary`),
  }
}

function shift(release: Release, apps: readonly Seen[], isOverdue: boolean): Action {
  const weight = release.stages[release.stage] ?? 0
  const pods = (app: ReleaseApp) => podsAt(app, weight, release.nginx)
  const missing = apps.find(({ stable }) => stable === undefined)
  if (missing !== undefined) return record(release, 'rolling-back', `${missing.app.name}-stable is gone`)
  return first([
    ...joins(release, apps),
    ...apps.map(({ app, canary }) => deploy(release, app, canary, pods(app).canary)),
    ...apps.map(({ app, canary }) => scaleUp(canary, pods(app).canary)),
    ...apps.map(({ app, stable }) => scaleUp(stable, pods(app).stable)),
    wait(
      release,
      apps.flatMap(({ stable, canary }) => [stable, canary]),
      isOverdue,
    ),
    ...setWeights(release, apps, weight),
    ...apps.map(({ app, stable }) => scaleDown(stable, pods(app).stable)),
    ...apps.map(({ app, canary }) => scaleDown(canary, pods(app).canary)),
    { kind: 'judge' },
  ])
}

/**
 * First changes the image, with the current number of stable's pods, so that no more pods of the old version are
 * started.
 */
function promote(release: Release, apps: readonly Seen[], isOverdue: boolean): Action {
  return first([
    ...apps.map(({ app, stable }) => setImage(app, stable, app.to, app.toVersion)),
    wait(
      release,
      apps.map(({ stable }) => stable),
      isOverdue,
    ),
    ...apps.map(({ app, stable }) => scaleUp(stable, app.replicas)),
    ...setWeights(release, apps, 0),
    ...apps.map(({ canary }) => scaleDown(canary, 0)),
    ...leaves(apps),
    record(release, 'promoted', release.why),
  ])
}

function rollBack(release: Release, apps: readonly Seen[], isOverdue: boolean): Action {
  return first([
    ...setWeights(release, apps, 0),
    ...apps.map(({ app, stable }) => setImage(app, stable, app.from, app.fromVersion)),
    ...apps.map(({ app, stable }) => scaleUp(stable, app.replicas)),
    wait(
      release,
      apps.map(({ stable }) => stable),
      isOverdue,
    ),
    ...apps.map(({ canary }) => scaleDown(canary, 0)),
    ...leaves(apps),
    record(release, 'rolled-back', release.why),
  ])
}

const first = (steps: Steps): Action => steps.find((step) => step !== undefined) ?? { kind: 'done' }

/** A change of the release; the writer adds who and when. */
const record = (release: Release, phase: Release['phase'], why: string): Action => ({
  kind: 'record',
  release: { ...release, phase, why },
})

const joins = (release: Release, apps: readonly Seen[]): Steps =>
  apps.map(({ app, stable, isMember: member, joined }) => {
    if (member) return undefined
    const own = stable?.metadata.annotations[releaseKey]
    const isBusy =
      joined !== undefined || (own !== undefined && !/"phase":"(promoted|rolled-back)"/.test(own))
    if (!isBusy) return { kind: 'join', app: app.name }
    return record(release, 'rolling-back', `${app.name} is in another release`)
  })

const leaves = (apps: readonly Seen[]): Steps =>
  apps.map(({ app, isLead }) => (isLead ? undefined : { kind: 'leave', app: app.name }))

function deploy(
  { started }: Release,
  app: ReleaseApp,
  canary: Deployment | undefined,
  replicas: number,
): Action | undefined {
  const isThere =
    canary?.metadata.annotations[startedKey] === started && imageOf(canary, app.container) === app.to
  return isThere ? undefined : { kind: 'deploy', app, replicas }
}

const scale = ({ metadata, spec }: Deployment, to: number): Action => ({
  kind: 'scale',
  deployment: metadata.name,
  from: spec.replicas,
  to,
})

const scaleUp = (arm: Deployment | undefined, to: number): Action | undefined =>
  arm !== undefined && arm.spec.replicas < to ? scale(arm, to) : undefined

const scaleDown = (arm: Deployment | undefined, to: number): Action | undefined =>
  arm !== undefined && arm.spec.replicas > to ? scale(arm, to) : undefined

const setImage = (
  app: ReleaseApp,
  stable: Deployment | undefined,
  image: string,
  version: string,
): Action | undefined =>
  stable === undefined || imageOf(stable, app.container) === image
    ? undefined
    : { kind: 'image', app, image, version }

const setWeights = ({ nginx }: Release, apps: readonly Seen[], to: number): Steps =>
  nginx
    ? apps.map(({ app, weight }) =>
        weight === undefined || weight === to
          ? undefined
          : { kind: 'weight', ingress: `${app.name}-canary`, to },
      )
    : []

/**
 * Waits for pods. If they are not ready in time, the release is rolled back; if that happens during the rollback, a
 * person has to look.
 */
function wait(
  release: Release,
  arms: readonly (Deployment | undefined)[],
  isOverdue: boolean,
): Action | undefined {
  const late = arms.filter((arm) => arm !== undefined).filter((arm) => !isReady(arm))
  if (late.length === 0) return undefined
  const names = late.map(({ metadata }) => metadata.name)
  if (!isOverdue && !late.some(isStuck)) return { kind: 'wait', for: names }
  const message = `${names.join(' and ')} not ready in time`
  if (release.phase === 'shifting') return record(release, 'rolling-back', message)
  if (release.phase === 'promoting') return record(release, 'undoing', message)
  // Kubernetes may still report the half-promoted stable as failed, until it has seen the previous image.
  return isOverdue ? { kind: 'stuck', message } : { kind: 'wait', for: names }
}
