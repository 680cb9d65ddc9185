import { conversionEvidence } from './conversion-evidence.ts'
import type { Kind } from '../kind.ts'
import { attemptsVsStable, changeRange, howMuch } from '../words-of-arms.ts'
import { dropMargin } from '../../model/margins.ts'
import type { ConversionPolicy } from '../../model/policy.ts'
import type { ConversionData } from '../../model/recording.ts'
import { percent } from '../../model/words.ts'

/** The share of attempts that succeed; less is worse. Tolerance and margin are relative drops. */
export const conversion = {
  defaults: { required: true, tolerance: 0.01, margin: 0.04, mde: 1.1 },
  noWorse: 0,
  evidenceShare: 0.22,
  gateShare: 0.35,
  noun: 'attempt',
  evidence: conversionEvidence,
  absoluteRules: () => [],
  margin: dropMargin,
  worse: ({ name, tolerance }, numbers) => {
    const drop = numbers.ratio && { estimate: 1 - numbers.ratio.estimate, low: 1 - numbers.ratio.high }
    const lower = howMuch(drop, tolerance, (d) => `${percent(Math.max(d, 0))} lower`)
    return `${name} ${attemptsVsStable(numbers)}${lower}`
  },
  ruledOut: (metric, { ratio }, factor) => {
    if (ratio === undefined) return undefined
    const drop = Math.max(Math.min(1 - ratio.low, dropMargin(metric, factor)), 0)
    return `${metric.name} at most ${percent(drop)} lower`
  },
  notRuledOut: ({ name }, { ratio }) =>
    ratio === undefined ? `${name} much lower` : `${name} up to ${percent(Math.max(1 - ratio.low, 0))} lower`,
  range: changeRange,
} as const satisfies Kind<ConversionPolicy, ConversionData>
