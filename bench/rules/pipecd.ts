import { mannWhitney } from './mann-whitney.ts'
import { sliceValues } from '../slice-values.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

const windowMinutes = 5

/** PipeCD's rule: every five minutes a one-sided Mann-Whitney test at .05 of the last five minutes. One metric is enough to fail. */
export const pipecd: Rule = (recording) => {
  const window = Math.max(1, Math.round((windowMinutes * 60) / recording.sliceSeconds))
  const failAt = firstSlice(recording, (slice) => {
    if ((slice + 1 - recording.rolloutStart) % window !== 0) return false
    return sliceValues(recording, slice - window + 1, slice).some(
      ({ name, canary, stable, lowerIsWorse }) => {
        const test = mannWhitney(canary, stable)
        if (test === undefined || name === 'memory') return false
        return (lowerIsWorse ? test.less : test.greater) < 0.05
      },
    )
  })
  return untilFailure(recording, failAt)
}
