import { userInfo } from 'node:os'
import { AppError } from '../../errors.ts'
import { checkCodes } from '../check/check.ts'
import { toMilliseconds } from '../check/check-request.ts'
import { AskError, expectService } from '../check/ask-service.ts'
import { type CheckSurroundings, serviceFor, withExitCode } from '../check/run-check.ts'
import { plain } from '../plain.ts'
import { beginRelease, imagesIn } from './begin-release.ts'
import { askRelease } from './ask-release.ts'
import { decide } from './decide.ts'
import { drive, type DriveOptions, retried, write } from './drive.ts'
import { createKubectl, KubectlError } from './kubectl.ts'
import { openReleases, type Releases } from './releases.ts'
import { rehearse } from './actions/rehearse.ts'
import type { Release } from './release.ts'
import { appsOf, imagesOf, type ShipFlags, type ShipVerb } from './ship-flags.ts'
import { parseStages } from '../stages.ts'
import { statusText } from './status-text.ts'
import type { Cluster } from './cluster.ts'

/** Runs one of the commands of `ship` and gives the exit code. */
export function runShip(verb: ShipVerb, flags: ShipFlags, surroundings: CheckSurroundings): Promise<number> {
  return withExitCode(surroundings, async (signal) => {
    try {
      return await shipWith(verb, flags, surroundings, signal)
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof AskError)) throw error
      throw new AppError('bad-request', error.message, { cause: error })
    }
  })
}

async function shipWith(
  verb: ShipVerb,
  flags: ShipFlags,
  surroundings: CheckSurroundings,
  signal: AbortSignal,
): Promise<number> {
  const { context, namespace } = flags
  const kubectlFlags = [
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
  ]
  const kubectl = createKubectl(kubectlFlags)
  const releases = await retried(signal, () =>
    openReleases(kubectl, appsOf(flags), flags.nginx === true, signal),
  )
  const shipping: Shipping = { flags, kubectl, releases, kubectlFlags, surroundings, signal }
  if (verb === 'start') return start(shipping)
  const { release, cluster } = await retried(signal, () => releases.readAny(signal))
  if (release === undefined)
    throw new AppError('bad-request', `expected a release at ${releases.lead}-stable, got none`)
  if (verb === 'status') {
    surroundings.output.write(statusText(release, cluster))
    return checkCodes.pass
  }
  return finish(shipping, verb)
}

interface Shipping {
  readonly flags: ShipFlags
  readonly kubectl: DriveOptions['kubectl']
  readonly releases: Releases
  readonly kubectlFlags: readonly string[]
  readonly surroundings: CheckSurroundings
  readonly signal: AbortSignal
}

async function start(shipping: Shipping): Promise<number> {
  const { flags, releases, surroundings, signal } = shipping
  const { output, env, errors } = surroundings
  const { image: _, stages: __, container, ...rest } = flags
  const driving = drivingOf(shipping)
  const wanted = {
    images: imagesOf(flags, appsOf(flags)),
    stages: parseStages(flags.stages ?? ''),
    nginx: flags.nginx === true,
    ...(container !== undefined && { container }),
    who: driving.who,
    when: driving.now().toISOString(),
    why: flags.why,
  }
  const begin = async () => {
    const { release, cluster } = await releases.readAny(signal)
    return { beginning: beginRelease(wanted, release, cluster), cluster }
  }
  if (flags.dryRun === true) {
    const { beginning, cluster } = await retried(signal, begin)
    return beginning.kind === 'live' ? live(shipping) : print(shipping, beginning.release, cluster)
  }
  const service = await serviceFor(rest, env)
  try {
    const beginning = await retried(signal, async () => {
      const begun = await begin()
      if (begun.beginning.kind === 'new') {
        const { release } = begun.beginning
        // What would not be judged is not begun.
        await expectService(service.service, service.policy ?? flags.policy, signal)
        await write({ kind: 'record', release }, release, begun.cluster, driving)
      }
      return begun.beginning
    })
    if (beginning.kind === 'live') return live(shipping)
    if (beginning.kind === 'going-on') errors.write(`goes on with ${plain(imagesIn(beginning.release))}\n`)
    const namespace = await releases.namespace(flags.namespace, signal)
    const judge = askRelease({ ...service, namespace, flags, releases, output, errors })
    return await drive({ ...driving, judge })
  } finally {
    await service.stop()
  }
}

/** Records a person's decision and carries it out to its end. */
async function finish(shipping: Shipping, verb: 'promote' | 'rollback' | 'abort'): Promise<number> {
  const { flags, releases, signal } = shipping
  const driving = drivingOf(shipping)
  const decided = async () => {
    const { release, cluster } = await releases.read(signal)
    return { release, cluster, next: decide(verb, release, flags.why) }
  }
  if (flags.dryRun === true) {
    const { next, cluster } = await retried(signal, decided)
    return print(shipping, next, cluster)
  }
  await retried(signal, async () => {
    const { release, cluster, next } = await decided()
    if (next.phase !== release.phase)
      await write({ kind: 'record', release: next }, release, cluster, driving)
  })
  const code = await drive(driving)
  const isDone = code === (verb === 'promote' ? checkCodes.pass : checkCodes.fail)
  return isDone ? checkCodes.pass : code === checkCodes.error ? code : checkCodes.fail
}

function live({ surroundings }: Shipping): number {
  surroundings.output.write('stable has this image already\n')
  return checkCodes.pass
}

function print({ surroundings, kubectlFlags }: Shipping, release: Release, cluster: Cluster): number {
  for (const line of rehearse(release, cluster, kubectlFlags)) surroundings.output.write(`${line}\n`)
  return checkCodes.pass
}

function drivingOf({ flags, kubectl, releases, surroundings, signal }: Shipping): DriveOptions {
  const { readyWithin } = flags
  return {
    kubectl,
    read: (each) => releases.read(each),
    judge: () => Promise.resolve(undefined),
    who: flags.who ?? loggedIn(),
    now: () => new Date(),
    ...(readyWithin !== undefined && { readyWithinMs: toMilliseconds('ready-within', readyWithin) }),
    errors: surroundings.errors,
    signal,
  }
}

/** A container may run as a user without a name. */
function loggedIn(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
