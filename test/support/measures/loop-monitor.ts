/** The longest time, in milliseconds of processor time, in which this thread did only one thing. */
export interface LoopMonitor {
  stop(): number
}

const everyMs = 5

/**
 * This is processor time and not real time: other work on the machine makes every turn of the event loop late, but only
 * work of this thread blocks the loop.
 */
export function monitorLoop(): LoopMonitor {
  let before = ownMs()
  let longest = 0
  const look = (): void => {
    const now = ownMs()
    longest = Math.max(longest, now - before)
    before = now
  }
  const timer = setInterval(look, everyMs)
  return {
    stop() {
      look()
      clearInterval(timer)
      return longest
    },
  }
}

function ownMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
