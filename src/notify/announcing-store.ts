import { hash } from 'node:crypto'
import type { NewMessage, RolloutEvent, VerdictStore } from '../judge/ports/ports.ts'
import { eventOfChange, eventOfDecision, eventOfOpening, eventOfStep, eventOfVerdict } from './events.ts'
import type { NotifySettings } from './settings.ts'
import { targetsOf } from './targets-of.ts'

export interface AnnouncingDeps {
  readonly settings: () => NotifySettings
  /** There are new messages. */
  readonly wake: () => void
}

/** The same store, which keeps with each change the messages about it. Without targets it is the store itself. */
export function announcingStore(store: VerdictStore, deps: AnnouncingDeps): VerdictStore {
  const settings = deps.settings()
  if (Object.keys(settings.targets).length === 0) return store
  const messagesOf = (event: RolloutEvent | undefined): readonly NewMessage[] =>
    event === undefined ? [] : targetsOf(event, settings).map((target) => toMessage(event, target))
  const announce = async <T>(
    event: RolloutEvent | undefined,
    write: (messages: readonly NewMessage[]) => Promise<T>,
  ): Promise<T> => {
    const messages = messagesOf(event)
    const result = await write(messages)
    if (messages.length > 0) deps.wake()
    return result
  }
  return {
    ...store,
    openRun: (run) => announce(eventOfOpening(run), (messages) => store.openRun(run, messages)),
    async updateRun(id, change) {
      const before = change.closedAt === undefined ? undefined : await store.getRun(id)
      const event = before === undefined ? undefined : eventOfChange(before, change)
      return announce(event, (messages) => store.updateRun(id, change, messages))
    },
    async saveStep(step) {
      const run = step.passedAt === undefined ? undefined : await store.getRun(step.runId)
      const event = run === undefined ? undefined : eventOfStep(run, step)
      return announce(event, (messages) => store.saveStep(step, messages))
    },
    async saveVerdict(verdict) {
      const eventFor = eventOfVerdict(verdict)
      const run = eventFor && (await store.getRun(verdict.runId))
      // The verdict on a recording tells of a rollout that is over.
      const event = run === undefined || run.closedAt !== undefined ? undefined : eventFor?.(run)
      return announce(event, (messages) => store.saveVerdict(verdict, messages))
    },
    async saveDecision(decision) {
      const run = decision.runId === undefined ? undefined : await store.getRun(decision.runId)
      return announce(eventOfDecision(run, decision), (messages) => store.saveDecision(decision, messages))
    },
  }
}

const toMessage = (event: RolloutEvent, target: string): NewMessage => ({
  id: hash('sha256', JSON.stringify([event.id, target])).slice(0, 32),
  target,
  event,
})
