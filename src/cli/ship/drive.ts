import type { Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { checkCodes } from '../check/check.ts'
import { checkProgress } from '../check/check-progress.ts'
import { plain } from '../plain.ts'
import type { Cluster } from './cluster.ts'
import { describeAction } from './actions/describe-action.ts'
import { type Kubectl, KubectlError } from './kubectl.ts'
import { type Action, isPause, nextAction, type Write } from './actions/next-action.ts'
import { afterPass } from './actions/rehearse.ts'
import type { Release } from './release.ts'
import { toCommand } from './actions/to-command.ts'

export interface Read {
  readonly release: Release
  readonly cluster: Cluster
}

/** The verdict on a stage, with an exit code of `check`; undefined = something else has moved the release. */
export type Judged = { readonly code: number; readonly summary: string } | undefined

export interface DriveOptions {
  readonly kubectl: Kubectl
  readonly read: (signal: AbortSignal) => Promise<Read>
  readonly judge: (release: Release, signal: AbortSignal) => Promise<Judged>
  readonly who: string
  readonly now: () => Date
  /** How long pods may take; undefined = as long as the Deployments allow. */
  readonly readyWithinMs?: number
  readonly errors: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly signal: AbortSignal
}

/**
 * Reads the cluster, carries out the next action, and reads again, until the release is over or needs a person. Gives
 * the exit code.
 */
export async function drive(options: DriveOptions): Promise<number> {
  const waiting = waitingTime(options)
  for (;;) {
    const outcome = await retried(options.signal, async () => {
      const { release, cluster } = await options.read(options.signal)
      const action = nextAction(release, cluster, waiting.isOverdue(cluster))
      if (action.kind === 'wait') await waiting.wait(action.for, cluster)
      else waiting.end()
      return act(action, release, cluster, options)
    })
    if (outcome !== undefined) return outcome
  }
}

async function act(
  action: Action,
  release: Release,
  cluster: Cluster,
  options: DriveOptions,
): Promise<number | undefined> {
  if (!isPause(action)) {
    await write(action, release, cluster, options)
    return undefined
  }
  switch (action.kind) {
    case 'wait':
      return undefined
    case 'done':
      return release.phase === 'promoted' ? checkCodes.pass : checkCodes.fail
    case 'stuck':
      options.errors.write(`canary-judge: ${plain(action.message)}; the canary stays until stable is ready\n`)
      return checkCodes.error
    case 'judge':
      return judged(release, await options.judge(release, options.signal), options)
    default:
      return action satisfies never
  }
}

/** the verdict is inconclusive or missing: the release stays as it is, until a person or another call moves it */
async function judged(release: Release, said: Judged, options: DriveOptions): Promise<number | undefined> {
  if (said === undefined) return undefined
  const { code, summary } = said
  if (code !== checkCodes.pass && code !== checkCodes.fail) return code
  const next: Release =
    code === checkCodes.pass
      ? { ...afterPass(release), why: summary }
      : { ...release, phase: 'rolling-back', why: summary }
  await retried(options.signal, async () => {
    const { release: current, cluster } = await options.read(options.signal)
    if (isSameMoment(current, release))
      await write({ kind: 'record', release: next }, current, cluster, options)
  })
  return undefined
}

/** Whether the release has not been moved in between. */
export const isSameMoment = (a: Release, b: Release): boolean =>
  a.started === b.started && a.phase === b.phase && a.stage === b.stage

type Writing = Pick<DriveOptions, 'kubectl' | 'who' | 'now' | 'errors' | 'signal'>

export async function write(
  action: Write,
  release: Release,
  cluster: Cluster,
  writing: Writing,
): Promise<void> {
  const { kubectl, who, now, errors, signal } = writing
  const stamped: Write =
    action.kind === 'record'
      ? { ...action, release: { ...action.release, who, when: now().toISOString() } }
      : action
  errors.write(`${plain(describeAction(stamped))}\n`)
  await kubectl(toCommand(stamped, release, cluster), signal)
}

const mostFailures = 10

/**
 * Repeats work that failed because others wrote in between or the server was away for a moment; it reads the state
 * again.
 */
export async function retried<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof KubectlError) || !error.passing || failures === mostFailures) throw error
      await pause(Math.min(100 * 2 ** failures, 10_000), undefined, { signal })
    }
  }
}

/**
 * Measures how long the number of ready pods has not grown. Any progress starts it again, as with the progress
 * deadline of Kubernetes.
 */
function waitingTime({ readyWithinMs, errors, signal }: DriveOptions) {
  let seen = ''
  let since = performance.now()
  let waits = 0
  const limitOf = ({ deployments }: Cluster): number =>
    readyWithinMs ??
    Math.max(...[...deployments.values()].map(({ spec }) => spec.progressDeadlineSeconds)) * 1000
  return {
    isOverdue: (cluster: Cluster): boolean => waits > 0 && performance.now() - since > limitOf(cluster),
    async wait(names: readonly string[], cluster: Cluster): Promise<void> {
      const state = names.map((name) => {
        const { spec, status } = cluster.deployments.get(name) ?? {}
        return `${name} ${status?.availableReplicas} of ${spec?.replicas} pods ready`
      })
      if (state.join() !== seen) since = performance.now()
      seen = state.join()
      const elapsedMs = performance.now() - since
      const progress = checkProgress(errors, limitOf(cluster))
      if (waits === 0 || errors.isTTY === true)
        progress.show('wait', `waiting: ${state.join(', ')}`, elapsedMs)
      waits += 1
      await pause(Math.min(200 * 1.3 ** waits, 2000), undefined, { signal })
      progress.clear()
    },
    end() {
      waits = 0
      seen = ''
    },
  }
}
