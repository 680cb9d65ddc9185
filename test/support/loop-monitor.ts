/** The longest stretch, in milliseconds of processor time, in which this thread served nobody else. */
export interface LoopMonitor {
  stop(): number
}

const everyMs = 5

/**
 * Processor time of this thread rather than time on the wall: other work on the machine makes every turn of the event
 * loop late, and only work of our own blocks it.
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
