import { totalmem } from 'node:os'

const MB = 2 ** 20
/** What the process needs beside what it knows of runs. */
const reservedBytes = 512 * MB
const leastBytes = 64 * MB
const mostBytes = 1024 * MB

/**
 * How much memory may hold what is known of runs: half of what the process may use beyond 512 MB. A run of 100 pods takes
 * 1.2 MB, and one that does not fit is read from its beginning at each look.
 */
export function cacheBytes(limit = process.constrainedMemory(), machine = totalmem()): number {
  // 0 and larger numbers than the machine has both mean that there is no limit
  const usable = limit > 0 ? Math.min(limit, machine) : machine
  return Math.min(Math.max((usable - reservedBytes) / 2, leastBytes), mostBytes)
}
