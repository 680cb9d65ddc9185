import { hodgesLehmann } from './hodges-lehmann.ts'
import { sliceValues, type SliceValues } from '../slice-values.ts'
import { firstSlice, untilFailure, type Rule } from './rule.ts'

const minutesBetweenLooks = 5
const level = 0.98
const tolerance = 0.25

/**
 * Kayenta's Mann-Whitney rule: every five minutes, on all slices since the rollout's start, a metric fails when the
 * lower end of the 98 % interval of canary − stable is beyond a quarter of the estimated shift.
 */
export function kayenta(withMemory: boolean): Rule {
  return (recording) => {
    const slicesBetweenLooks = Math.max(1, Math.round((minutesBetweenLooks * 60) / recording.sliceSeconds))
    const failAt = firstSlice(recording, (slice) => {
      if ((slice + 1 - recording.rolloutStart) % slicesBetweenLooks !== 0) return false
      const series = sliceValues(recording, recording.rolloutStart, slice)
      return series.some((values) => (withMemory || values.name !== 'memory') && isWorse(values))
    })
    return untilFailure(recording, failAt)
  }
}

function isWorse({ canary, stable, lowerIsWorse }: SliceValues): boolean {
  const shift = lowerIsWorse ? hodgesLehmann(stable, canary, level) : hodgesLehmann(canary, stable, level)
  return shift?.interval !== undefined && shift.interval.low > tolerance * Math.abs(shift.shift)
}
