import { AppError } from '../../../src/errors.ts'
import type { VerdictStore } from '../../../src/judge/ports/ports.ts'

export interface FaultyStore {
  readonly store: VerdictStore
  /** The store without the faults. */
  readonly real: VerdictStore
  /** `away` refuses at once, `hangs` never answers until it is `well` again. */
  state: 'well' | 'away' | 'hangs'
  /** How often the database was called. */
  readonly calls: { count: number }
}

/** A store whose database a test can take away. Calls that do not need the database still work. */
export function faultyStore(real: VerdictStore): FaultyStore {
  const calls = { count: 0 }
  const faulty: FaultyStore = {
    state: 'well',
    real,
    calls,
    store: new Proxy(real, {
      get(target, key, receiver) {
        const method: unknown = Reflect.get(target, key, receiver)
        if (typeof method !== 'function' || key === 'digestRecording' || key === 'close') return method
        return (...args: readonly unknown[]): unknown => {
          calls.count += 1
          if (faulty.state === 'away') return Promise.reject(new AppError('store-unavailable', 'away'))
          if (faulty.state === 'hangs') return Promise.withResolvers<never>().promise
          return Reflect.apply(method, target, args)
        }
      },
    }),
  }
  return faulty
}
