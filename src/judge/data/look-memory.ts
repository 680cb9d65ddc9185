import { hash } from 'node:crypto'
import { createHistoryMemory, type HistoryMemory } from '../../engine/index.ts'
import { createLru } from '../../lru.ts'

/** A look by the bundled policy has some twenty; 10,000 of each sort are about 10 MB. */
const mostRemembered = 10_000

/** Keeps what looks of one thread learned from histories. */
export function createLookMemory(): HistoryMemory {
  return createHistoryMemory(
    (numbers) => hash('sha256', new Uint8Array(numbers.buffer), 'base64'),
    () => createLru(mostRemembered),
  )
}
