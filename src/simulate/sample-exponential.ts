import { uniform, type Random } from './random.ts'

/** The waiting time for an event that comes `rate` times a unit of time. */
export function sampleExponential(random: Random, rate: number): number {
  return -Math.log(uniform(random)) / rate
}
