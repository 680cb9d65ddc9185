const everyMs = 10

export interface Stopwatch {
  /** Milliseconds since the start, without the time in which other work of the machine kept this thread from running. */
  elapsedMs(): number
}

/**
 * For claims such as "answers within a second". A timer that comes late although this thread used no processor time
 * shows that the machine was busy with something else; that time is taken off.
 */
export function startStopwatch(): Stopwatch {
  const begun = performance.now()
  let stolenMs = 0
  let last = { at: begun, cpu: cpuMs() }
  const look = (): void => {
    const now = { at: performance.now(), cpu: cpuMs() }
    stolenMs += Math.max(now.at - last.at - everyMs - (now.cpu - last.cpu), 0)
    last = now
  }
  const timer = setInterval(look, everyMs)
  timer.unref()
  return {
    elapsedMs() {
      clearInterval(timer)
      look()
      return performance.now() - begun - stolenMs
    },
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
