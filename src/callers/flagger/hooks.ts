import type { Judge, PlacedRun } from '../../judge/judge.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { JudgeRequest } from '../../judge/model/judge-request.ts'
import type { Clock, Run } from '../../judge/ports/ports.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { AppError } from '../../errors.ts'
import type { Answer } from '../../http/route.ts'
import { weightOfEvent } from './advance-event.ts'
import { type HookMark, readMark } from './hook-mark.ts'
import { currentStep } from './named-step.ts'
import type { HookCall, HookType } from './request.ts'
import { line, noRollbackLine, toAnswer, toRollbackAnswer, tooEarlyLine } from './response.ts'
import { advanceRun, beginRun, closeRun, markRun, placeRollout } from './turns.ts'

export interface HookDeps {
  readonly judge: Judge
  readonly clock: Clock
  readonly metrics: Metrics
}

export type Hook = (call: HookCall) => Promise<Answer>

/** What each hook does. */
export function createHooks(deps: HookDeps): Readonly<Record<HookType, Hook>> {
  const { hookRuns } = deps.judge
  return {
    'confirm-rollout': (call) => confirmRollout(call, deps),
    async 'pre-rollout'(call) {
      await hookRuns.begin(requestOf(call), 'pre-rollout', beginRun(call))
      return line(200, `ready to judge ${call.namespace}/${call.name}`)
    },
    async rollout(call) {
      const begun = performance.now()
      const placed = await place(call, deps)
      const judgement = await look(call, placed, { ...deps, begun })
      await mark(call, placed.run, givenReason(judgement), deps)
      return toAnswer('rollout', judgement)
    },
    'confirm-traffic-increase': (call) => confirmTrafficIncrease(call, deps),
    'confirm-promotion': (call) => confirmPromotion(call, deps),
    async 'post-rollout'(call) {
      const { revision } = call
      const turn = closeRun(endings.get(call.phase) ?? 'ended', revision === '' ? undefined : revision)
      await hookRuns.keep(requestOf(call), 'end', turn)
      return line(200, `the rollout of ${call.namespace}/${call.name} is over`)
    },
    rollback: (call) => rollback(call, deps),
    async event(call) {
      const weight = weightOfEvent(call.eventMessage, call.name, call.namespace)
      if (weight !== undefined) await hookRuns.keep(requestOf(call), 'weight', advanceRun(call, weight))
      return line(200, weight === undefined ? 'noted' : `the canary's weight is ${weight}`)
    },
  }
}

const endings: ReadonlyMap<string, string> = new Map([
  ['Succeeded', 'promoted'],
  ['Failed', 'aborted'],
])

/** This hook comes before a rollout, with the checksum of the rollout before. */
async function confirmRollout(call: HookCall, { judge }: HookDeps): Promise<Answer> {
  const { hold, away } = await judge.hookRuns.holdOnNext(call)
  if (hold !== undefined) return tooEarlyLine(`held by ${hold.by}: ${hold.reason}`)
  await judge.hookRuns.keep(requestOf(call), 'end', closeRun('superseded'))
  const rollout = `${call.namespace}/${call.name}`
  // an outage of this service does not stop a rollout from beginning, and the answer does not claim what is unknown
  return line(200, away ? `no hold on ${rollout} is known: the store is away` : `no person holds ${rollout}`)
}

/** Flagger's interval is 10 s or longer; its retries of one call come sooner. */
const sameTickMs = 10_000

async function confirmTrafficIncrease(call: HookCall, deps: HookDeps): Promise<Answer> {
  const hook = 'confirm-traffic-increase'
  const begun = performance.now()
  const placed = await openRunOf(call, deps)
  if (placed === undefined) return tooEarlyLine(noRun(call))
  const { run, steps } = placed
  const last = readMark(run.callerState).hook
  const retried = last === hook && deps.clock.now() - (run.calledAt ?? 0) < sameTickMs
  // without traffic there is nothing to judge, and without this answer traffic would never begin
  if (steps.length === 0 && (last === 'pre-rollout' || retried)) {
    if (!retried) await mark(call, run, { hook }, deps)
    return line(200, 'the first step may begin')
  }
  // the manifest has no rollout hook, so this hook replaces it
  const judged = steps.length === 0 ? await place(call, deps) : placed
  const judgement = await look(call, judged, { ...deps, begun })
  const answer = toAnswer(hook, judgement)
  const isPermit = answer.status === 200 && !retried
  await mark(call, run, { ...(isPermit && { hook }), ...givenReason(judgement) }, deps)
  return answer
}

async function confirmPromotion(call: HookCall, deps: HookDeps): Promise<Answer> {
  const hook = 'confirm-promotion'
  const begun = performance.now()
  const placed = await openRunOf(call, deps)
  if (placed === undefined) return tooEarlyLine(noRun(call))
  const judgement = await look(call, placed, { ...deps, begun })
  // blue/green calls again when the canary has all traffic, and then nothing is left to compare with
  const granted = readMark(placed.run.callerState).promotion && !isHeld(judgement)
  if (granted && judgement.verdict === 'inconclusive') return line(200, 'the promotion was confirmed before')
  const answer = toAnswer(hook, judgement)
  const promotion = granted || answer.status === 200
  // Flagger asks for the promotion at the last weight. A final refusal is recorded like a look with traffic, so that
  // no pre-rollout continues such a run.
  const last = judgement.verdict === 'fail' ? 'rollout' : hook
  await mark(call, placed.run, { hook: last, promotion, ...givenReason(judgement) }, deps)
  return answer
}

const isHeld = ({ decisions }: Judgement): boolean => decisions.some(({ decision }) => decision === 'hold')

const aliveMs = 5 * 60_000
/**
 * This hook uses what is known without new data. A manifest gives it three seconds, so it must not wait for a slow
 * source: with six seconds, a person's reject took effect ten minutes late while Prometheus hung.
 */
const rollbackMs = 2500

/** Answers 200 only for a rollout that is under way: an old fail must not roll back a new rollout. */
async function rollback(call: HookCall, deps: HookDeps): Promise<Answer> {
  const begun = performance.now()
  const placed = await deps.judge.hookRuns.take(requestOf(call))
  if (placed === undefined) return noRollbackLine(`no run is open for ${call.namespace}/${call.name}`)
  const { run } = placed
  if (run.revision !== call.revision) {
    return noRollbackLine(`the open run is of revision ${run.revision}, not of ${call.revision}`)
  }
  const alive = Math.max(aliveMs, 3 * (call.intervalMs ?? 0))
  if (run.calledAt === undefined || deps.clock.now() - run.calledAt > alive) {
    return noRollbackLine(
      `no other hook has called for ${alive / 60_000} minutes; say metadata.interval if it is long`,
    )
  }
  const judgement = await look(call, placed, { ...deps, begun, answerMs: rollbackMs })
  return toRollbackAnswer(judgement, {
    fail: run.firstFailAt !== undefined,
    reject: isRejectShown(judgement, run, call, deps.clock.now()),
  })
}

const rejectOf = ({ decisions }: Judgement) => decisions.findLast(({ decision }) => decision === 'reject')

/** The mark of a hook that has answered a reject with its reason. */
function givenReason(judgement: Judgement): Partial<HookMark> {
  const reject = rejectOf(judgement)
  return reject === undefined ? {} : { reject: reject.id }
}

const usualIntervalMs = 60_000

/**
 * Whether another hook has already given Flagger the reason of the reject, or no hook has called for two intervals.
 */
function isRejectShown(judgement: Judgement, run: Run, call: HookCall, now: number): boolean {
  const reject = rejectOf(judgement)
  if (reject === undefined) return false
  const waited = now - Date.parse(reject.at) >= 2 * (call.intervalMs ?? usualIntervalMs)
  return waited || readMark(run.callerState).reject === reject.id
}

async function openRunOf(call: HookCall, { judge }: HookDeps): Promise<PlacedRun | undefined> {
  const placed = await judge.hookRuns.take(requestOf(call))
  return placed?.run.revision === call.revision ? placed : undefined
}

const noRun = ({ namespace, name, revision }: HookCall): string =>
  `no run of ${namespace}/${name} with checksum ${revision} is open: are the pre-rollout and rollout hooks set?`

async function place(call: HookCall, { judge }: HookDeps): Promise<PlacedRun> {
  const placed = await judge.hookRuns.take(requestOf(call), placeRollout(call))
  if (placed !== undefined) return placed
  throw new AppError('conflict', `expected an open run of ${call.namespace}/${call.name}, got none`)
}

async function mark(call: HookCall, run: Run, change: Partial<HookMark>, { judge }: HookDeps): Promise<void> {
  if (Object.keys(change).length > 0) {
    await judge.hookRuns.keep(requestOf(call), 'hook', markRun(run, change))
  }
}

export async function look(
  call: HookCall,
  { run, steps }: PlacedRun,
  { judge, metrics, begun, answerMs }: HookDeps & { readonly begun: number; readonly answerMs?: number },
): Promise<Judgement> {
  const step = currentStep(steps, call)
  const judgement = await judge.judge({
    ...lookRequest(call),
    revision: run.revision,
    run,
    ...(step !== undefined && { step }),
    waitedMs: performance.now() - begun,
    ...(answerMs !== undefined && { answerMs }),
  })
  const { verdict, judged } = judgement
  metrics.verdicts.inc({ caller: 'flagger', verdict, judged })
  return judgement
}

/** The request that opens a run. It names the first step because that has the number of steps. */
const requestOf = (call: HookCall): JudgeRequest => ({
  ...lookRequest(call),
  ...(call.weights.length > 0 && { step: { index: 0, of: call.weights.length } }),
})

export function lookRequest(call: HookCall): JudgeRequest {
  const { namespace, name, revision, policy, params, labels, selected } = call
  return {
    caller: 'flagger',
    namespace,
    name,
    revision,
    params,
    labels,
    ...(policy !== undefined && { policy }),
    ...(selected !== undefined && { selected }),
  }
}
