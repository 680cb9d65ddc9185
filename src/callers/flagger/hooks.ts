import type { Judge } from '../../judge/judge.ts'
import type { Judgement } from '../../judge/model/judgement.ts'
import type { NamedStep } from '../../judge/model/judge-request.ts'
import type { Clock, Run } from '../../judge/ports/ports.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer } from '../../http/route.ts'
import { weightOfEvent } from './advance-event.ts'
import type { FlaggerRuns } from './flagger-runs.ts'
import { readMark } from './hook-mark.ts'
import { currentStep } from './named-step.ts'
import type { HookCall, HookType } from './request.ts'
import { line, noRollbackLine, toAnswer, toRollbackAnswer, tooEarlyLine } from './response.ts'
import type { Placed } from './run-rules.ts'

export interface HookDeps {
  readonly judge: Judge
  readonly runs: FlaggerRuns
  readonly clock: Clock
  readonly metrics: Metrics
}

export type Hook = (call: HookCall) => Promise<Answer>

/** What each hook does. */
export function createHooks(deps: HookDeps): Readonly<Record<HookType, Hook>> {
  const { runs } = deps
  return {
    'confirm-rollout': (call) => confirmRollout(call, deps),
    async 'pre-rollout'(call) {
      await runs.begin(call)
      return line(200, `ready to judge ${call.namespace}/${call.name}`)
    },
    async rollout(call) {
      const begun = performance.now()
      const placed = await runs.place(call)
      return toAnswer('rollout', await look(call, placed, { ...deps, begun }))
    },
    'confirm-traffic-increase': (call) => confirmTrafficIncrease(call, deps),
    'confirm-promotion': (call) => confirmPromotion(call, deps),
    async 'post-rollout'(call) {
      const { revision } = call
      await runs.close(call, endings.get(call.phase) ?? 'ended', revision === '' ? undefined : revision)
      return line(200, `the rollout of ${call.namespace}/${call.name} is over`)
    },
    rollback: (call) => rollback(call, deps),
    async event(call) {
      const weight = weightOfEvent(call.eventMessage, call.name, call.namespace)
      if (weight !== undefined) await runs.advance(call, weight)
      return line(200, weight === undefined ? 'noted' : `the canary's weight is ${weight}`)
    },
  }
}

const endings: ReadonlyMap<string, string> = new Map([
  ['Succeeded', 'promoted'],
  ['Failed', 'aborted'],
])

/** Comes before a rollout, and under the checksum of the one before. */
async function confirmRollout(call: HookCall, { runs }: HookDeps): Promise<Answer> {
  const { hold, away } = await runs.hold(call)
  if (hold !== undefined) return tooEarlyLine(`held by ${hold.by}: ${hold.reason}`)
  await runs.close(call, 'superseded')
  const rollout = `${call.namespace}/${call.name}`
  // An outage of ours keeps no rollout from beginning; what is not known is not claimed either.
  return line(200, away ? `nobody is known to hold ${rollout}: the store is away` : `nobody holds ${rollout}`)
}

/** A tick of Flagger is 10 s or longer; its retries of one call come sooner. */
const sameTickMs = 10_000

async function confirmTrafficIncrease(call: HookCall, deps: HookDeps): Promise<Answer> {
  const hook = 'confirm-traffic-increase'
  const begun = performance.now()
  const placed = await openRunOf(call, deps)
  if (placed === undefined) return tooEarlyLine(noRun(call))
  const { run, steps } = placed
  const last = readMark(run.lastHook).hook
  const retried = last === hook && deps.clock.now() - (run.lastHookAt ?? 0) < sameTickMs
  // Without any traffic there is nothing to judge, and without this answer there would never be any.
  if (steps.length === 0 && (last === 'pre-rollout' || retried)) {
    if (!retried) await deps.runs.mark(run, { hook }, call)
    return line(200, 'the first step may begin')
  }
  // Nobody calls the rollout hook, so this one stands in for it.
  const judged = steps.length === 0 ? await deps.runs.place(call) : placed
  const answer = toAnswer(hook, await look(call, judged, { ...deps, begun }))
  if (answer.status === 200 && !retried) await deps.runs.mark(run, { hook }, call)
  return answer
}

async function confirmPromotion(call: HookCall, deps: HookDeps): Promise<Answer> {
  const hook = 'confirm-promotion'
  const begun = performance.now()
  const placed = await openRunOf(call, deps)
  if (placed === undefined) return tooEarlyLine(noRun(call))
  const judgement = await look(call, placed, { ...deps, begun })
  // Blue/green asks again when all traffic is the canary's, and there is nothing left to compare with.
  const granted = readMark(placed.run.lastHook).promotion && !isHeld(judgement)
  if (granted && judgement.verdict === 'inconclusive') return line(200, 'the promotion was confirmed before')
  const answer = toAnswer(hook, judgement)
  const promotion = granted || answer.status === 200
  // Whoever asks for the promotion has arrived at the last weight. Refused for good is like any look with traffic: no
  // pre-rollout goes on with such a run.
  const mark = judgement.verdict === 'fail' ? 'rollout' : hook
  await deps.runs.mark(placed.run, { hook: mark, promotion }, call)
  return answer
}

const isHeld = ({ decisions }: Judgement): boolean => decisions.some(({ decision }) => decision === 'hold')

const aliveMs = 5 * 60_000
/** It acts on what is known without new data, and a manifest gives it three seconds: no slow source may use them up. */
const rollbackMs = 2500

/** Answers 200 only for a rollout that is under way: an old fail must not roll back a new one. */
async function rollback(call: HookCall, deps: HookDeps): Promise<Answer> {
  const begun = performance.now()
  const placed = await deps.runs.find(call)
  if (placed === undefined) return noRollbackLine(`no run is open for ${call.namespace}/${call.name}`)
  const { run } = placed
  if (run.revision !== call.revision) {
    return noRollbackLine(`the open run is of revision ${run.revision}, not of ${call.revision}`)
  }
  const alive = Math.max(aliveMs, 3 * (call.intervalMs ?? 0))
  if (run.lastHookAt === undefined || deps.clock.now() - run.lastHookAt > alive) {
    return noRollbackLine(
      `no other hook has called for ${alive / 60_000} minutes; say metadata.interval if it is long`,
    )
  }
  const judgement = await look(call, placed, { ...deps, begun, answerMs: rollbackMs })
  return toRollbackAnswer(judgement, run.firstFailAt !== undefined)
}

async function openRunOf(call: HookCall, { runs }: HookDeps): Promise<Placed | undefined> {
  const placed = await runs.find(call)
  return placed?.run.revision === call.revision ? placed : undefined
}

const noRun = ({ namespace, name, revision }: HookCall): string =>
  `no run of ${namespace}/${name} with checksum ${revision} is open: are the pre-rollout and rollout hooks set?`

async function look(
  call: HookCall,
  { run, steps }: Placed,
  {
    judge,
    metrics,
    runs,
    begun,
    answerMs,
  }: HookDeps & { readonly begun: number; readonly answerMs?: number },
): Promise<Judgement> {
  const judgement = await judge.judge({
    ...judgeRequest(call, run, currentStep(steps, call)),
    waitedMs: performance.now() - begun,
    ...(answerMs !== undefined && { answerMs }),
  })
  const { verdict, judged } = judgement
  metrics.verdicts.inc({ caller: 'flagger', verdict, judged })
  if (judged === 'fail') await runs.rememberFail(run)
  return judgement
}

function judgeRequest(call: HookCall, run: Run, step: NamedStep | undefined) {
  const { namespace, name, policy, params } = call
  return {
    caller: 'flagger',
    namespace,
    name,
    revision: run.revision,
    ...(policy !== undefined && { policy }),
    params,
    ...(step !== undefined && { step }),
    run,
  } as const
}
