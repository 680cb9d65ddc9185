import type { VerdictStore } from '../../../src/judge/ports/ports.ts'

export interface HangingStore {
  readonly store: VerdictStore
  /** While this is true, no call is answered. */
  hangs: boolean
}

/** A store that a test can make silent: it refuses no call and answers none. */
export function hangingStore(real: VerdictStore): HangingStore {
  const state = { hangs: false }
  const never = Promise.withResolvers<never>().promise
  const store = new Proxy(real, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      const offline = name === 'close' || name === 'digestRecording'
      return state.hangs && !offline && typeof member === 'function' ? () => never : member
    },
  })
  return {
    store,
    get hangs() {
      return state.hangs
    },
    set hangs(hangs) {
      state.hangs = hangs
    },
  }
}
