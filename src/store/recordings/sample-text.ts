import type { Sample } from '../../engine/model/recording.ts'

/** Numbers that JSON cannot write become text. */
export const toSampleText = (sample: Sample): Sample | string => {
  if (sample === null) return null
  if (Number.isFinite(sample)) return Object.is(sample, -0) ? '-0' : sample
  if (Number.isNaN(sample)) return 'NaN'
  return sample > 0 ? '+Inf' : '-Inf'
}

const named: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Infinity,
  '-Inf': -Infinity,
  '-0': -0,
}

export const fromSampleText = (text: Sample | string): Sample =>
  typeof text === 'string' ? (named[text] ?? Number.NaN) : text
