import { createHash } from 'node:crypto'
import { at, fieldsOf, type Fields, listOf, numberOf, textOf } from './objects.ts'

interface ReplicaSet {
  readonly hash: string
  readonly image: string
  pods: { ready: boolean }[]
}

/** The ReplicaSets and pods of one Deployment, as its controller keeps them. */
export interface Workload {
  readonly sets: ReplicaSet[]
  ticksWithoutProgress: number
}

export interface Rules {
  /** Whether the pods of an image get ready at all. */
  readonly getsReady: (image: string) => boolean
  /** The number of ticks without progress after which Kubernetes gives up. */
  readonly deadlineTicks: number
}

export const newWorkload = (): Workload => ({ sets: [], ticksWithoutProgress: 0 })

export const availableOf = ({ sets }: Workload): number => count(sets.flatMap(({ pods }) => pods))

const count = (pods: readonly { ready: boolean }[]): number => pods.filter(({ ready }) => ready).length

/**
 * Moves a Deployment forward by one tick: pods that were started become ready, and new pods replace old ones, with
 * maxSurge and maxUnavailable of 25 %, rounded as in Kubernetes. Gives the status of the Deployment.
 */
export function tick(workload: Workload, deployment: Fields, rules: Rules): Fields {
  const wanted = numberOf(at(deployment, 'spec', 'replicas'), 1)
  const newest = newestSet(workload, deployment)
  const before = shapeOf(workload)
  for (const { image, pods } of workload.sets) for (const pod of pods) pod.ready ||= rules.getsReady(image)
  const surge = Math.ceil(wanted / 4)
  const unavailable = Math.floor(wanted / 4)
  const old = workload.sets.filter((set) => set !== newest)
  const total = (): number => workload.sets.reduce((sum, { pods }) => sum + pods.length, 0)
  const isRolling = old.some(({ pods }) => pods.length > 0)
  while (newest.pods.length < wanted && total() < wanted + (isRolling ? surge : 0))
    newest.pods.push({ ready: false })
  while (newest.pods.length > wanted) dropOne(newest)
  for (const set of old) {
    while (set.pods.length > 0 && mayDrop(set, availableOf(workload), wanted - unavailable)) dropOne(set)
  }
  while (newest.pods.length < wanted && total() < wanted + (isRolling ? surge : 0))
    newest.pods.push({ ready: false })
  const isComplete = newest.pods.length === wanted && count(newest.pods) === wanted && total() === wanted
  const moved = isComplete || shapeOf(workload) !== before
  workload.ticksWithoutProgress = moved ? 0 : workload.ticksWithoutProgress + 1
  return statusOf(workload, newest, deployment, workload.ticksWithoutProgress > rules.deadlineTicks)
}

function newestSet(workload: Workload, deployment: Fields): ReplicaSet {
  const template = at(deployment, 'spec', 'template')
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10)
  const existing = workload.sets.find((set) => set.hash === hash)
  if (existing !== undefined) return existing
  const [container] = listOf(at(template, 'spec', 'containers'))
  const made = { hash, image: textOf(fieldsOf(container)['image']), pods: [] }
  workload.sets.push(made)
  workload.ticksWithoutProgress = 0
  return made
}

const mayDrop = (set: ReplicaSet, available: number, least: number): boolean =>
  set.pods.some(({ ready }) => !ready) || available > least

/** Removes a pod that is not ready first. */
function dropOne(set: ReplicaSet): void {
  const index = set.pods.findIndex(({ ready }) => !ready)
  set.pods.splice(index === -1 ? set.pods.length - 1 : index, 1)
}

const shapeOf = ({ sets }: Workload): string =>
  sets.map(({ hash, pods }) => `${hash}:${pods.length}:${count(pods)}`).join()

function statusOf(workload: Workload, newest: ReplicaSet, deployment: Fields, isStuck: boolean): Fields {
  const replicas = workload.sets.reduce((sum, { pods }) => sum + pods.length, 0)
  const available = availableOf(workload)
  const progressing = isStuck
    ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
    : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' }
  return {
    observedGeneration: numberOf(at(deployment, 'metadata', 'generation'), 1),
    // Fields that are zero are left out, as the real controller does.
    ...(replicas > 0 && { replicas }),
    ...(newest.pods.length > 0 && { updatedReplicas: newest.pods.length }),
    ...(available > 0 && { availableReplicas: available, readyReplicas: available }),
    conditions: [progressing],
  }
}
