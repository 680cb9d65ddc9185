import { flaggerChecksum } from './checksum.ts'
import { callHook } from './hooks.ts'
import type { HookDeps, HookEnd } from './hooks.ts'
import type { Canary, HookType, Webhook } from './manifests.ts'
import type { Status } from './state.ts'

export interface Failure {
  readonly hook: Webhook
  readonly reason: string
}

/** Sends what Flagger sends: webhooks, and events to the webhooks of type `event`. */
export interface Messenger {
  hooksOf(type: HookType): readonly Webhook[]
  call(hook: Webhook, status: Status): Promise<HookEnd>
  event(message: string, status: Status, type?: 'Normal' | 'Warning'): Promise<void>
  /** Calls the hooks of a type in order up to the first failure. Each pass makes an event, if it has a text. */
  firstFailure(type: HookType, status: Status, passed?: string, about?: Status): Promise<Failure | undefined>
}

export function createMessenger(canary: Canary, deps: HookDeps): Messenger {
  const { name, namespace } = canary.metadata
  const hooksOf = (type: HookType): readonly Webhook[] =>
    canary.spec.analysis.webhooks.filter((hook) => hook.type === type)

  const send = (
    hook: Webhook,
    { phase, lastApplied }: Status,
    metadata: Webhook['metadata'] = {},
  ): Promise<HookEnd> => {
    const payload = { name, namespace, phase, checksum: flaggerChecksum(lastApplied) }
    return callHook(hook, Object.keys(metadata).length === 0 ? payload : { ...payload, metadata }, deps)
  }

  const event: Messenger['event'] = async (eventMessage, status, eventType = 'Normal') => {
    const about = { eventMessage, eventType, timestamp: String(deps.clock.now()) }
    // A failure of an event hook is only logged.
    for (const hook of hooksOf('event')) await send(hook, status, { ...hook.metadata, ...about })
  }

  const call: Messenger['call'] = (hook, status) => send(hook, status, hook.metadata)

  const firstFailure: Messenger['firstFailure'] = async (type, status, passed, about = status) => {
    for (const hook of hooksOf(type)) {
      const end = await call(hook, status)
      if (!end.passed) return { hook, reason: end.reason }
      if (passed !== undefined) await event(`${passed} check ${hook.name} passed`, about)
    }
    return undefined
  }

  return { hooksOf, call, event, firstFailure }
}
