export interface ControllerClock {
  /** Milliseconds since the epoch. */
  now(): number
  wait(ms: number): Promise<void>
}

export interface SimulatedClock extends ControllerClock {
  /** Runs the action when the clock passes this time: an outage, a restart, a person's decision. */
  at(time: number, action: () => void | Promise<void>): void
}

/** A clock that moves only when a caller waits, and then at once to the end of the wait. */
export function createSimulatedClock(start: number): SimulatedClock {
  let now = start
  const plans: { readonly time: number; readonly action: () => void | Promise<void> }[] = []
  return {
    now: () => now,
    at: (time, action) => {
      plans.push({ time, action })
      plans.sort((a, b) => a.time - b.time)
    },
    wait: async (ms) => {
      const end = now + ms
      for (let next = plans[0]; next !== undefined && next.time <= end; next = plans[0]) {
        plans.shift()
        now = Math.max(now, next.time)
        await next.action()
      }
      now = end
    },
  }
}
