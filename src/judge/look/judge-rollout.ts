import type { HistoryMemory } from '../../engine/index.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { AppError } from '../../errors.ts'
import { inSpan } from '../../in-span.ts'
import type { Clock, Decision, Log, MetricSource, PolicyLibrary, VerdictStore } from '../ports/ports.ts'
import { answerLook } from '../answer/answer-look.ts'
import type { Group } from '../answer/apply-group.ts'
import { withRemarks } from '../answer/remarks.ts'
import { buildJudgement } from '../answer/build-judgement.ts'
import type { Deadline } from '../model/deadline.ts'
import { type JudgeRequest, paramsOf } from '../model/judge-request.ts'
import type { ToKeep } from './keep-look.ts'
import type { PolicyMemory } from '../policies/kept-policies.ts'
import type { LookCache, Observation } from './look-cache.ts'
import { type AnalyzeApart, observe } from './observe.ts'
import { overloadedVerdict } from './overloaded.ts'
import { runContext } from './run-context.ts'
import { type RunAndSteps, findRun } from '../runs/by-looks.ts'
import type { RunCache, RunChange, RunHistory, Within } from '../history/run-history.ts'
import type { StoreAccess } from '../history/store-access.ts'
import { groupOf } from './read-group.ts'
import { historyByHand } from '../history/look-by-hand.ts'
import { askCanaryStart } from '../data/ask-canary-start.ts'
import { storedSource } from '../data/stored-source.ts'

export interface RolloutDeps {
  readonly store: () => VerdictStore
  readonly access: StoreAccess
  readonly memory: RunCache
  readonly policyMemory: PolicyMemory
  readonly lookMemory: HistoryMemory
  readonly cache: LookCache
  readonly policies: PolicyLibrary
  readonly source: () => MetricSource | undefined
  readonly digest: VerdictStore['digestRecording']
  readonly analyzeApart?: AnalyzeApart
  readonly clock: Clock
  readonly log: Log
  readonly linkBase: () => string
  /** Whether there is no room for one more look; then neither source nor store is asked. */
  readonly full: boolean
}

/** A look, and the key of its data in the cache. */
export interface RolloutLook extends ToKeep {
  readonly cacheKey: string
  readonly overloaded: boolean
}

/** Judges a rollout by its data in the source. */
export async function judgeRollout(
  request: JudgeRequest,
  deadline: Deadline,
  deps: RolloutDeps,
): Promise<RolloutLook> {
  const now = deps.clock.now()
  checkMoment(request, now)
  const find = async (known: RunHistory, within: Within | undefined): Promise<RunAndSteps> => {
    const history = request.byHand === true ? historyByHand(known, request.revision) : known
    const context = await runContext(request, { history, within, now }, deps)
    const { policy } = context.loaded
    const source = deps.source()
    return findRun(request, {
      ...context,
      check: () => source?.check?.({ policy, run: request, params: request.params ?? {} }),
      canaryStart: (quietMs, open) =>
        askCanaryStart(request, policy, { ...deps, source, quietMs, now, deadline, open }),
    })
  }
  const { value: place, away } = await inSpan('find run', {}, () => readerOf(deps).read(deadline, find))
  const params = paramsOf(request.params, place.run)
  const cacheKey = keyOfLook(request, place, params)
  const look = { ...place, params, until: request.at ?? now, deadline }
  const compute = async (): Promise<Observation> => {
    const stored = away ? undefined : await storedSource(request, { ...place, params }, deadline, deps.store)
    const source = stored ?? deps.source()
    const observation = await observe(look, { ...deps, source })
    return { ...observation, data: stored === undefined ? 'source' : 'stored' }
  }
  const shared = deps.full ? undefined : deps.cache.share(cacheKey, now, compute)?.catch(unlessOverloaded)
  const [observation, decisions, group] = await Promise.all([
    shared,
    readDecisions(place, deadline, deps),
    request.at === undefined ? groupOf(place, deadline, { ...deps, access: readerOf(deps) }) : undefined,
  ])
  if (!away && request.byHand !== true)
    deps.memory.remember({ run: place.run, steps: place.steps, decisions })
  return conclude({ request, place, away, observation, decisions, group, now, cacheKey }, deps)
}

function unlessOverloaded(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'overloaded') throw error
}

const readerOf = ({ full, access, memory }: RolloutDeps): StoreAccess => ({
  read: async (deadline, work) =>
    full ? { value: await work(memory, undefined), away: true } : access.read(deadline, work),
})

interface Seen {
  readonly request: JudgeRequest
  readonly place: RunAndSteps
  readonly away: boolean
  readonly observation: Observation | undefined
  readonly decisions: readonly Decision[]
  readonly group: Group | undefined
  readonly now: number
  readonly cacheKey: string
}

function conclude(seen: Seen, deps: RolloutDeps): RolloutLook {
  const { request, observation, now } = seen
  const place = { ...seen.place, steps: stepsAsSeen(seen.place.steps, observation?.steps) }
  const { run, inForce } = place
  const asked = request.at ?? now
  const engine = observation?.verdict ?? overloadedVerdict(place, request.step, asked)
  const at = Date.parse(engine.window.to)
  const remembers = inForce.digest === run.policyDigest
  const answer = answerLook({
    verdict: engine,
    run,
    steps: place.steps,
    policy: inForce.policy,
    // an answer about the past does not know later decisions
    decisions: request.at === undefined ? seen.decisions : seen.decisions.filter((each) => each.at <= asked),
    named: place.named,
    group: seen.group,
    // A fail or a pass has the time of the end of its data, but it can be known only some time later.
    at: request.at === undefined ? Math.max(at, now) : at,
    remembers,
  })
  const loaded = deps.policies.list().find(({ policy }) => policy.name === run.policy)
  const remarked = withRemarks(answer, { request, run, inForce, loaded })
  const look = buildJudgement({
    run,
    steps: place.steps,
    inForce,
    ...(observation !== undefined && { recordingDigest: observation.recordingDigest }),
    ...(observation?.recording !== undefined && { recording: observation.recording }),
    ...remarked,
    at,
    createdAt: now,
    linkBase: deps.linkBase(),
    ...(request.at !== undefined && observation !== undefined && { data: observation.data }),
  })
  const change = place.past ? undefined : runChange(engine, place, { at, asked, remembers })
  const passed = remembers && !place.past ? stepPassed(engine, place, at) : undefined
  return {
    ...look,
    cacheKey: seen.cacheKey,
    overloaded: observation === undefined,
    unsaved: seen.away,
    ...(observation?.cut !== undefined && { cut: observation.cut }),
    ...(change !== undefined && { change }),
    ...(passed !== undefined && { passed }),
  }
}

/** A step that began anew with the return of the canary is taken as the look saw it. */
function stepsAsSeen(
  steps: RunAndSteps['steps'],
  observed: RunAndSteps['steps'] | undefined = [],
): RunAndSteps['steps'] {
  return steps.map((step) => observed.find(({ index }) => index === step.index) ?? step)
}

const keyOfLook = (
  request: JudgeRequest,
  { run, steps, inForce }: RunAndSteps,
  params: Readonly<Record<string, string>>,
): string =>
  JSON.stringify([
    run.id,
    run.gates,
    inForce.digest,
    request.stableRevision,
    params,
    request.at,
    steps.map(({ index, startedAt }) => [index, startedAt]),
  ])

function checkMoment({ at }: JudgeRequest, now: number): void {
  if (at === undefined || at <= now + clockSkewMs) return
  const message = `expected a moment that is not in the future, got ${new Date(at).toISOString()}`
  throw new AppError('unprocessable', `at: ${message}`, { issues: [{ path: 'at', message }] })
}

const clockSkewMs = 60_000

async function readDecisions(
  { run }: RunAndSteps,
  deadline: Deadline,
  deps: RolloutDeps,
): Promise<readonly Decision[]> {
  const { value } = await readerOf(deps).read(deadline, (history) => history.listDecisions(run))
  return value
}

/** Looks come a minute apart or somewhat less, and the time of each is kept. */
const lastLookEveryMs = 15_000

/** What this look changes in the run. */
function runChange(
  engine: Verdict,
  { run }: RunAndSteps,
  { at, asked, remembers }: { at: number; asked: number; remembers: boolean },
): RunChange | undefined {
  const failed = remembers && engine.judged === 'fail' && run.firstFailAt === undefined
  const later = run.closedAt === undefined && asked - run.lastLookAt >= lastLookEveryMs
  if (!failed && !later) return undefined
  return { ...(failed && { firstFailAt: at }), ...(later && { lastLookAt: asked }) }
}

function stepPassed(
  engine: Verdict,
  { steps }: RunAndSteps,
  at: number,
): RunAndSteps['steps'][number] | undefined {
  if (engine.step?.passed !== true) return undefined
  const step = steps.find(({ index }) => index === engine.step?.index)
  return step === undefined || step.passedAt !== undefined ? undefined : { ...step, passedAt: at }
}
