/** Numbers as people write them in a policy; each function returns undefined for what it cannot read. */
export type Written = string | number

const number = String.raw`(?:\d+(?:\.\d*)?|\.\d+)`
export const percentPattern = `^${number} ?%$`
export const plainPattern = `^${number}$`
export const durationPattern = `^(?:0|(?=.)(?:${number}d)?(?:${number}h)?(?:${number}m)?(?:${number}s)?(?:${number}ms)?)$`
export const quantityPattern = `^${number}(?:[eE][+-]?\\d{1,3}|[numkMGTPE]|[KMGTPE]i)?$`
export const quantilePattern = `^(?:p${number}|${number} ?%|${number})$`

/** A share between 0 and 1: `5%` or `0.05`. */
export function parseShare(written: Written): number | undefined {
  return readPercent(written) ?? readPlain(written)
}

/** A ratio of at least 1: `1.5`, or `50%` for half as much again. */
export function parseRatio(written: Written): number | undefined {
  const percent = readPercent(written)
  const ratio = percent === undefined ? readPlain(written) : 1 + percent
  return ratio !== undefined && ratio >= 1 ? ratio : undefined
}

/** A relative drop: `10%` or `0.1`, or the ratio 1/(1−drop), so that 1 means "no worse" as it does for other kinds. */
export function parseDrop(written: Written): number | undefined {
  const percent = readPercent(written)
  if (percent !== undefined) return percent < 1 ? percent : undefined
  const plain = readPlain(written)
  if (plain === undefined) return undefined
  return plain < 1 ? plain : 1 - 1 / plain
}

/** A change: `10%` for 0.1, or a quantity in the metric's own unit. */
export function parseChange(written: Written): number | undefined {
  return readPercent(written) ?? parseQuantity(written)
}

/** Seconds of `3m`, `1h30m`, `250ms`. */
export function parseDuration(written: Written): number | undefined {
  if (written === 0) return 0
  if (typeof written !== 'string' || !new RegExp(durationPattern).test(written)) return undefined
  const parts = written.matchAll(new RegExp(`(${number})(ms|d|h|m|s)`, 'g'))
  // Milliseconds first: 0.3 s has no exact sum of binary fractions.
  const milliseconds = [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs(unit), 0)
  return milliseconds / 1000
}

/** Seconds: a duration, or a plain number of seconds. */
export function parseSeconds(written: Written): number | undefined {
  return readPlain(written) ?? parseDuration(written)
}

/** A plain number or a quantity as Kubernetes writes it: `512Mi`, `500m`, `2k`, `1e9`. */
export function parseQuantity(written: Written): number | undefined {
  if (typeof written === 'number') return readPlain(written)
  if (!new RegExp(quantityPattern).test(written)) return undefined
  const [, digits = '', suffix = ''] = /^([\d.]+(?:[eE][+-]?\d+)?)(.*)$/s.exec(written) ?? []
  const binary = binarySuffixes.indexOf(suffix)
  const value = binary < 0 ? Number(digits + decimalExponent(suffix)) : Number(digits) * 1024 ** (binary + 1)
  return Number.isFinite(value) ? value : undefined
}

/** `0.95`, `95%` or `p95`. */
export function parseQuantile(written: Written): number | undefined {
  const share = parseShare(typeof written === 'string' ? written.replace(/^p(.*[^%])$/, '$1%') : written)
  return share !== undefined && share > 0 && share < 1 ? share : undefined
}

/** The shortest duration that reads back as the same number of seconds. */
export function toDuration(seconds: number): string {
  if (seconds === 0) return '0s'
  for (const [unit, size] of [['h', 3600] as const, ['m', 60] as const]) {
    if (seconds % size === 0) return `${seconds / size}${unit}`
  }
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`
}

/** Whether it is written as a percentage. */
export function isPercent(written: unknown): boolean {
  return typeof written === 'string' && new RegExp(percentPattern).test(written)
}

function readPercent(written: Written): number | undefined {
  if (typeof written !== 'string' || !new RegExp(percentPattern).test(written)) return undefined
  // Read with the exponent, not divided: 99.9 / 100 is not 0.999.
  return Number(`${written.replace(/ ?%$/, '')}e-2`)
}

function readPlain(written: Written): number | undefined {
  if (typeof written === 'string') return new RegExp(plainPattern).test(written) ? Number(written) : undefined
  return Number.isFinite(written) && written >= 0 ? written : undefined
}

const millisecondsByUnit = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
const unitMs = (unit = 's'): number => millisecondsByUnit.get(unit) ?? Number.NaN

const binarySuffixes = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const decimalSuffixes = ['k', 'M', 'G', 'T', 'P', 'E']
const smallSuffixes = ['m', 'u', 'n']

function decimalExponent(suffix: string): string {
  if (suffix === '') return ''
  const small = smallSuffixes.indexOf(suffix)
  return small < 0 ? `e${3 * (decimalSuffixes.indexOf(suffix) + 1)}` : `e-${3 * (small + 1)}`
}
