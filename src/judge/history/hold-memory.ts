import { createLru } from '../../lru.ts'
import type { Decision } from '../ports/ports.ts'

/** Holds on rollouts that are to come, by name, as last seen: for the time that the store is away. */
export const createHoldMemory = () => createLru<Decision>(1000)
