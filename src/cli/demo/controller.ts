import type { Clock } from '../../judge/ports/ports.ts'
import { type CheckAnswer, checkAnswerSchema } from '../check/check-answer.ts'
import { ladder, type LiveRollout, minuteMs } from './live-rollout.ts'

export interface Controller {
  rollout(): LiveRollout
  /** What a controller does once a minute: it gets the verdict, and advances, waits or aborts. */
  minute(): Promise<void>
}

export interface ControllerOptions {
  readonly name: string
  readonly clock: Clock
  /** Sends a body to `/v1/argo`, and gives the answer. */
  readonly ask: (body: object) => Promise<unknown>
  /** Writes one line for people. */
  readonly say: (line: string) => void
}

/** How long a step without an answer lasts before the controller gives up. */
const patienceMs = 90 * minuteMs
/** The pause between two rollouts. */
const pauseMs = 15 * minuteMs

/** Rolls out one revision after the other, as Argo Rollouts would. */
export function createController({ name, clock, ask, say }: ControllerOptions): Controller {
  let rollout: LiveRollout = { name, stable: 'v1', canary: 'v2', begun: [thisMinute(clock.now())] }
  let last = ''

  const look = async (): Promise<void> => {
    const answer = checkAnswerSchema.parse(await ask(toBody(rollout)))
    const before = rollout
    rollout = after(before, answer, clock.now())
    if (rollout !== before || answer.verdict !== last) say(toLine(before, rollout, answer, clock.now()))
    last = answer.verdict
    if (rollout.begun.length === before.begun.length) return
    // a new step makes its first look at once, before it has data
    last = 'inconclusive'
    await look()
  }
  return {
    rollout: () => rollout,
    async minute() {
      const { ended } = rollout
      if (ended !== undefined && clock.now() < ended.at + pauseMs) return
      if (ended !== undefined) rollout = nextRollout(rollout, thisMinute(clock.now()))
      // its pods need a minute to start
      if (clock.now() >= rollout.begun[0] + minuteMs) await look()
    },
  }
}

/** When a change of the weight begins to show in the data. */
const nextMinute = (now: number): number => thisMinute(now) + minuteMs
const thisMinute = (now: number): number => Math.floor(now / minuteMs) * minuteMs

function toBody({ name, canary, stable, begun }: LiveRollout): object {
  const { weight, minutes } = ladder[begun.length - 1] ?? {}
  const next = ladder[begun.length]?.weight ?? 100
  const step = { step: begun.length, of: ladder.length, weight, next, minutes }
  return { namespace: 'live', name, canaryHash: canary, stableHash: stable, ...step }
}

function after(rollout: LiveRollout, { verdict }: CheckAnswer, now: number): LiveRollout {
  const { begun } = rollout
  const at = nextMinute(now)
  if (verdict === 'fail') return { ...rollout, ended: { at, how: 'aborted' } }
  if (verdict === 'pass' && begun.length === ladder.length) {
    return { ...rollout, ended: { at, how: 'promoted' } }
  }
  if (verdict === 'pass') return { ...rollout, begun: [...begun, at] }
  const waited = now - (begun.at(-1) ?? now)
  return waited < patienceMs ? rollout : { ...rollout, ended: { at, how: 'given up' } }
}

function nextRollout({ name, canary, stable, ended }: LiveRollout, at: number): LiveRollout {
  const revision = `v${Number(canary.slice(1)) + 1}`
  return { name, stable: ended?.how === 'promoted' ? canary : stable, canary: revision, begun: [at] }
}

function toLine(before: LiveRollout, now: LiveRollout, { summary }: CheckAnswer, ms: number): string {
  const weight = `${ladder[before.begun.length - 1]?.weight}%`
  const went = now.begun.length > before.begun.length ? `on to ${ladder[before.begun.length]?.weight}%` : ''
  const then = now.ended?.how ?? went
  const rollout = `${before.name.padEnd(11)} ${before.canary.padEnd(3)} at ${weight.padEnd(3)}`
  return `${new Date(ms).toISOString().slice(11, 16)}  ${rollout}  ${summary}${then === '' ? '' : ` → ${then}`}`
}
