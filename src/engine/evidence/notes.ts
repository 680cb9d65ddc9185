import type { Dispersion } from '../noise/dispersion.ts'
import { MIN_PODS, MIN_SLICES, SHORT_HISTORY } from '../noise/dispersion.ts'
import type { BadSamples, CountTable } from '../counts/pod-counts.ts'
import type { CountSeries } from './count-series.ts'
import type { Reason } from '../model/verdict.ts'

/** With hardly any history the noise is a guess: no gate may fail on it. */
export function gateMayFail(dispersion: Dispersion, learnsOn = false): boolean {
  if (dispersion.kind === 'pods') return true
  // one to three pods do not show how pods differ: what they show at a gate is a sign of harm, but no proof
  return dispersion.slices >= SHORT_HISTORY && !(learnsOn && dispersion.pods > 0)
}

/** Why the noise is assumed, and which data it could be learned from. */
export function assumedNoise(dispersion: Dispersion): { readonly assumed?: string } {
  if (dispersion.kind === 'pods') return {}
  const { slices, pods } = dispersion
  const lack = [
    slices < MIN_SLICES ? `${slices} of ${MIN_SLICES} slices of history` : '',
    pods > 0 ? `${pods} of ${MIN_PODS} stable pods` : '',
    slices >= MIN_SLICES && pods === 0 ? 'no labels that tell pods apart' : '',
  ].filter((text) => text !== '')
  const text = `with ${lack.join(' and ')} the noise between pods is assumed, too wide to show this within the margin`
  return { assumed: `${text}; ${MIN_SLICES} slices and ${MIN_PODS} pods with labels would teach it` }
}

/** Remarks on a count metric's data. */
export function countNotes(name: string, table: CountTable, stream: CountSeries): readonly Reason[] {
  return [
    ...badSampleNotes(name, table.bad),
    ...historyNotes(name, stream.dispersion),
    ...podNotes(name, table, stream.dispersion),
  ]
}

export function badSampleNotes(name: string, bad: BadSamples): readonly Reason[] {
  const found = [
    bad.notFinite > 0 ? `${bad.notFinite} NaN or infinite` : '',
    bad.negative > 0 ? `${bad.negative} negative` : '',
    bad.aboveTotal > 0 ? `${bad.aboveTotal} above their total` : '',
    bad.tooLarge > 0 ? `${bad.tooLarge} too large` : '',
    bad.notPositive > 0 ? `${bad.notPositive} zero or negative` : '',
  ].filter((text) => text !== '')
  const notes: Reason[] = []
  if (found.length > 0) {
    const all = bad.notFinite + bad.negative + bad.aboveTotal + bad.tooLarge + bad.notPositive
    const text = `${name}: left out ${found.join(', ')} ${all === 1 ? 'sample' : 'samples'}`
    notes.push({ code: 'bad-samples', metric: name, text })
  }
  if (bad.notWhole > 0) {
    const said =
      bad.notWhole === 1
        ? '1 count is not a whole number, used as it is'
        : `${bad.notWhole} counts are not whole numbers, used as they are`
    const text = `${name}: ${said}`
    notes.push({ code: 'bad-samples', metric: name, text })
  }
  return notes
}

function historyNotes(name: string, dispersion: Dispersion): readonly Reason[] {
  if (dispersion.kind === 'pods') return []
  const { slices } = dispersion
  if (slices === 0) {
    const text = `${name}: no history of stable, noise is assumed wide and gates do not fail`
    return [{ code: 'history-missing', metric: name, text }]
  }
  if (slices < SHORT_HISTORY) {
    const text = `${name}: ${slices} ${slices === 1 ? 'slice' : 'slices'} of history, ${SHORT_HISTORY} needed before gates may fail`
    return [{ code: 'history-short', metric: name, text }]
  }
  if (slices < MIN_SLICES) {
    const text = `${name}: ${slices} slices of history, ${MIN_SLICES} needed to learn how pods differ`
    return [{ code: 'history-short', metric: name, text }]
  }
  return []
}

function podNotes(name: string, table: CountTable, dispersion: Dispersion): readonly Reason[] {
  const stable = table.pods.filter((pod) => pod.arm === 'stable' && !pod.aggregate)
  if (dispersion.kind === 'pods' || stable.length === 0 || stable.length >= MIN_PODS) return []
  const pods = stable.length === 1 ? 'one stable pod' : `${stable.length} stable pods`
  return [
    { code: 'one-pod', metric: name, text: `${name}: ${pods}, ${MIN_PODS} needed to learn how pods differ` },
  ]
}
