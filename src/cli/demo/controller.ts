import type { Clock } from '../../judge/ports/ports.ts'
import { demoServices, ladder, type LiveRollout, minuteMs } from './live-rollout.ts'

export interface Controller {
  /** The latest rollout of the service. */
  rolloutOf(name: string): LiveRollout | undefined
  /** What a controller does once a minute: it gets the verdict, and advances, waits or aborts. */
  minute(): Promise<void>
}

export interface HookAnswer {
  readonly status: number
  readonly text: string
}

export interface ControllerOptions {
  /** The services of this controller, which it releases one after the other. */
  readonly names: readonly [string, ...string[]]
  readonly clock: Clock
  /** Calls a hook of the service. */
  readonly call: (hook: string, body: object) => Promise<HookAnswer>
  /** Writes one line for people. */
  readonly say: (line: string) => void
}

/** How long a step without an answer lasts before the controller gives up. */
const patienceMs = 60 * minuteMs
/** The pause between two rollouts. */
const pauseMs = 5 * minuteMs

/** Releases one service after the other, and calls the same hooks as Flagger. */
export function createController({ names, clock, call, say }: ControllerOptions): Controller {
  const rollouts = new Map<string, LiveRollout>()
  let current: LiveRollout | undefined
  let said = ''

  const hook = (type: string, rollout: LiveRollout, more: object = {}): Promise<HookAnswer> =>
    call(type, { ...toBody(rollout), ...more })
  const keep = (rollout: LiveRollout): LiveRollout => {
    rollouts.set(rollout.name, rollout)
    current = rollout
    return rollout
  }
  const sayOf = (rollout: LiveRollout, text: string): void => {
    const when = new Date(clock.now()).toISOString().slice(11, 16)
    const weight = `${ladder[rollout.begun.length - 1]?.weight}%`
    const subject = `${rollout.name.padEnd(13)} ${rollout.canary.padEnd(3)} at ${weight.padEnd(3)}`
    say(`${when}  ${subject}  ${text}`)
  }
  const begin = async (): Promise<void> => {
    const rollout = keep(nextOf(names, current, rollouts, thisMinute(clock.now())))
    await hook('pre-rollout', rollout)
    await hook('confirm-traffic-increase', rollout)
    await hook('event', rollout, advance(rollout))
    said = ''
    sayOf(rollout, `began: ${demoServices[rollout.name]?.story ?? ''}`)
  }
  const look = async (before: LiveRollout): Promise<void> => {
    const isLast = before.begun.length === ladder.length
    const answer = await hook(isLast ? 'confirm-promotion' : 'confirm-traffic-increase', before)
    const now = keep(after(before, answer.status, clock.now()))
    const verdict = answer.text.replace(/; \/\S*$/, '')
    const kind = /^\w+/.exec(verdict)?.[0] ?? ''
    if (now !== before || kind !== said) sayOf(before, verdict + outcome(before, now))
    said = kind
    if (now.ended !== undefined) {
      await hook('post-rollout', now, { phase: now.ended.how === 'promoted' ? 'Succeeded' : 'Failed' })
    } else if (now !== before) {
      await hook('event', now, advance(now))
      said = ''
    }
  }
  return {
    rolloutOf: (name) => rollouts.get(name),
    async minute() {
      if (current === undefined) return begin()
      const { ended } = current
      if (ended === undefined) return look(current)
      if (clock.now() >= ended.at + pauseMs) return begin()
    },
  }
}

/** From when on a change of the weight shows in the data. */
const nextMinute = (now: number): number => thisMinute(now) + minuteMs
const thisMinute = (now: number): number => Math.floor(now / minuteMs) * minuteMs

function toBody({ name, canary }: LiveRollout): object {
  const steps = ladder.map(({ weight }) => weight).join(',')
  const { policy } = demoServices[name] ?? {}
  const metadata = { steps, minutes: String(ladder[0]?.minutes), ...(policy !== undefined && { policy }) }
  return { namespace: 'live', name, checksum: canary, phase: 'Progressing', metadata }
}

function advance(rollout: LiveRollout): object {
  const weight = ladder[rollout.begun.length - 1]?.weight
  const eventMessage = `Advance ${rollout.name}.live canary weight ${weight}`
  return { metadata: { eventMessage } }
}

function after(rollout: LiveRollout, status: number, now: number): LiveRollout {
  const { begun } = rollout
  const at = nextMinute(now)
  if (status === 412) return { ...rollout, ended: { at, how: 'aborted' } }
  if (status === 200 && begun.length === ladder.length) return { ...rollout, ended: { at, how: 'promoted' } }
  if (status === 200) return { ...rollout, begun: [...begun, at] }
  const waited = now - (begun.at(-1) ?? now)
  return waited < patienceMs ? rollout : { ...rollout, ended: { at, how: 'given up' } }
}

function outcome(before: LiveRollout, now: LiveRollout): string {
  if (now.ended !== undefined) return ` → ${now.ended.how}`
  return now === before ? '' : ` → on to ${ladder[now.begun.length - 1]?.weight}%`
}

function nextOf(
  names: ControllerOptions['names'],
  last: LiveRollout | undefined,
  rollouts: ReadonlyMap<string, LiveRollout>,
  at: number,
): LiveRollout {
  const place = last === undefined ? 0 : (names.indexOf(last.name) + 1) % names.length
  const name = names[place] ?? names[0]
  const before = rollouts.get(name)
  if (before === undefined) return { name, stable: 'v1', canary: 'v2', begun: [at] }
  const { stable, canary, ended } = before
  const revision = `v${Number(canary.slice(1)) + 1}`
  return { name, stable: ended?.how === 'promoted' ? canary : stable, canary: revision, begun: [at] }
}
