import { AppError } from '../app-error.ts'
import type { Run, RunKey, Step } from '../ports.ts'
import { runId } from './identities.ts'
import type { JudgeRequest } from './judge-request.ts'
import { gatesOf, sliceMs, stepToOpen } from './open-step.ts'
import type { PolicyInForce } from './policy-in-force.ts'
import type { RunBook } from './run-book.ts'

/** A run whose caller was silent for this long, and whose canary was too, is over. */
export const quietMs = 30 * 60_000
/** So long must no canary series have been there before a rollout begins. */
export const pauseBeforeStartMs = 10 * 60_000

export interface PlaceDeps {
  readonly book: RunBook
  /** The policy by which a look at the run is judged. */
  readonly policyOf: (run: Run) => Promise<PolicyInForce>
  readonly now: number
  /** See MetricSource; undefined also where it cannot be told. */
  readonly canaryStart: (quiet: number) => Promise<number | undefined | 'unknown'>
}

/** The run and step that a look belongs to. */
export interface Place {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly inForce: PolicyInForce
}

/** Finds the run of a look, opening and closing runs as the rollout demands, and opens the step that it names. */
export async function placeLook(
  request: JudgeRequest,
  key: RunKey,
  loaded: PolicyInForce,
  deps: PlaceDeps,
): Promise<Place> {
  const { book } = deps
  const at = request.at ?? deps.now
  const found = request.run ?? (await findRun(request, key, loaded, deps))
  const run =
    request.step !== undefined && found.gates === undefined
      ? await book.change(found, { gates: gatesOf(request.step) })
      : found
  const inForce = await deps.policyOf(run)
  const steps = await book.listSteps(run)
  const opening = stepToOpen(request.step, { run, steps, policy: inForce.policy, at })
  if (opening === undefined) return { run, steps, inForce }
  return { run, steps: [...steps, await book.openStep(opening)], inForce }
}

async function findRun(
  request: JudgeRequest,
  key: RunKey,
  inForce: PolicyInForce,
  deps: PlaceDeps,
): Promise<Run> {
  const { book, now } = deps
  const at = request.at ?? now
  const open = await book.findOpen(key)
  if (open !== undefined && (await continues(open, request, at, deps))) {
    return withFoundStart(open, request, inForce, { ...deps, at })
  }
  const isPast = open !== undefined && at < open.lastLookAt
  if (request.at !== undefined) {
    const known = (await book.listRuns(key)).find((run) => covers(run, request, at))
    if (known !== undefined) return known
  }
  if (open !== undefined && !isPast) {
    const ending = open.revision === request.revision ? 'gone quiet' : 'superseded'
    await book.change(open, { closedAt: at, ending })
  }
  const run = await newRun(request, key, inForce, { ...deps, at })
  return book.open(isPast ? { ...run, closedAt: at, ending: 'judged afterwards' } : run, inForce.policy)
}

/** Whether a look belongs to the run that is open. */
async function continues(open: Run, request: JudgeRequest, at: number, deps: PlaceDeps): Promise<boolean> {
  if (open.revision !== request.revision || at < open.start) return false
  if (request.start !== undefined && request.start > open.lastLookAt) return false
  if (at - open.lastLookAt < quietMs) return true
  const start = await deps.canaryStart(quietMs)
  // Without an answer nothing shows that the rollout is over.
  return start === 'unknown' || (start !== undefined && start <= open.lastLookAt)
}

/** A run that opened while the source could not be asked gets its true start from the first look that can. */
async function withFoundStart(
  open: Run,
  request: JudgeRequest,
  { policy }: PolicyInForce,
  deps: PlaceDeps & { readonly at: number },
): Promise<Run> {
  const length = sliceMs(policy)
  const isAssumed = request.start === undefined && open.start === Math.floor(open.openedAt / length) * length
  if (!isAssumed || deps.at - open.openedAt > pauseBeforeStartMs) return open
  const found = await deps.canaryStart(pauseBeforeStartMs)
  const start = typeof found === 'number' ? Math.floor(found / length) * length : open.start
  const isEarlier = start < open.start && open.start - start <= longestRunMs
  return isEarlier ? deps.book.change(open, { start }) : open
}

const covers = (run: Run, { revision, start }: JudgeRequest, at: number): boolean =>
  run.revision === revision &&
  run.start <= at &&
  at <= (run.closedAt ?? Infinity) &&
  (start === undefined || start <= run.lastLookAt)

async function newRun(
  request: JudgeRequest,
  key: RunKey,
  { policy, digest }: PolicyInForce,
  deps: PlaceDeps & { readonly at: number },
): Promise<Run> {
  const { revision, stableRevision } = request
  const length = sliceMs(policy)
  const found = request.start ?? (await deps.canaryStart(pauseBeforeStartMs))
  const start = Math.floor((typeof found === 'number' ? found : deps.at) / length) * length
  checkStart(start, deps.at)
  return {
    id: runId({ ...key, revision, start }),
    ...key,
    revision,
    ...(stableRevision !== undefined && { stableRevision }),
    policy: policy.name,
    policyDigest: digest,
    start,
    openedAt: deps.at,
    lastLookAt: deps.at,
    ...(request.step !== undefined && { gates: gatesOf(request.step) }),
  }
}

const longestRunMs = 7 * 86_400_000

function checkStart(start: number, at: number): void {
  if (start <= at && at - start <= longestRunMs) return
  const shown = (ms: number): string => new Date(ms).toISOString()
  const message = `expected a moment within 7 days before ${shown(at)}, got ${shown(start)}`
  throw new AppError('unprocessable', `start: ${message}`, { issues: [{ path: 'start', message }] })
}
