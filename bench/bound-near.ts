import { armCounts, sumOver } from './arm-counts.ts'
import type { Recording } from '../src/engine/model/recording.ts'

/** Index of the bucket bound that about `share` of stable's requests in history exceed. */
export function boundNear(recording: Recording, share: number): number {
  const { stable } = armCounts(recording)
  const requests = sumOver(stable.requests, 0, recording.rolloutStart - 1)
  const distances = stable.slower.map((slower) => {
    const found = sumOver(slower, 0, recording.rolloutStart - 1) / requests
    return Math.abs(Math.log(Math.max(found, 1e-9) / share))
  })
  return distances.indexOf(Math.min(...distances))
}
