/** The share of requests that are slower than each bound. It falls as the bound grows. */
export interface ShareCurve {
  readonly bounds: readonly number[]
  readonly shares: readonly number[]
}

const LEAST_SHARE = 1e-7
/** A cubic through two points only falls if neither end is steeper than this many times the chord. */
const STEEPEST = 3

/** The share slower than `x`: ln S quadratic in ln x through the three bounds around it. */
export function shareSlowerThan(curve: ShareCurve, x: number): number {
  const { bounds } = curve
  if (bounds.length === 0) return LEAST_SHARE
  const log = logShare(curve, x)
  // beyond the bounds the parabola may leave the range that a share can have
  return Math.exp(Math.min(Math.max(log, Math.log(LEAST_SHARE)), 0))
}

function logShare(curve: ShareCurve, x: number): number {
  const { bounds } = curve
  if (bounds.length < 3) return chord(point(curve, 0), point(curve, bounds.length - 1), Math.log(x))
  const above = bounds.findIndex((bound) => bound >= x)
  const middle = Math.min(Math.max(above < 0 ? bounds.length - 1 : above, 1), bounds.length - 2)
  return parabola(point(curve, middle - 1), point(curve, middle), point(curve, middle + 1), Math.log(x))
}

/**
 * The same as `shareSlowerThan`, but never more than a falling curve allows. Between two modes of a distribution the
 * curve is flat, and the parabola would rise there.
 */
export function cautiousShareSlowerThan(curve: ShareCurve, x: number): number {
  return Math.min(shareSlowerThan(curve, x), steepestShare(curve, x))
}

/**
 * The same as `shareSlowerThan`, but never less than a falling curve allows: a narrow mode ends more steeply than the
 * parabola.
 */
export function steepShareSlowerThan(curve: ShareCurve, x: number): number {
  const share = shareSlowerThan(curve, x)
  const steepest = steepestShare(curve, x)
  return steepest === Infinity ? share : Math.max(share, steepest)
}

/**
 * An upper bound of the share: the curve is not above the share at the bucket's lower end, and at its upper end at
 * most three times as steep as over the whole bucket. Infinity below the first bound and beyond the last.
 */
function steepestShare(curve: ShareCurve, x: number): number {
  const above = curve.bounds.findIndex((bound) => bound >= x)
  if (above < 1) return Infinity
  const before = point(curve, above - 1)
  const after = point(curve, above)
  const slope = Math.max(before.y - after.y, 0) / (after.x - before.x)
  const highest = Math.min(before.y, after.y + STEEPEST * slope * (after.x - Math.log(x)))
  return Math.exp(Math.max(highest, after.y))
}

/** The risk ratio at a bound when the quantile is `factor` times as slow: S(b/factor)/S(b). */
export function shareRatio(
  curve: ShareCurve,
  bound: number,
  factor: number,
  slowerThan = shareSlowerThan,
): number {
  if (factor === 1) return 1
  const ratio = slowerThan(curve, bound / factor) / slowerThan(curve, bound)
  return factor > 1 ? Math.max(ratio, 1) : Math.min(ratio, 1)
}

/**
 * How many times as slow the quantile is when the bound shows this risk ratio: the factor r with S(b/r)/S(b) = ratio.
 */
export function slownessOf(
  curve: ShareCurve,
  bound: number,
  ratio: number,
  slowerThan = shareSlowerThan,
): number {
  let low = -3
  let high = 3
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (shareRatio(curve, bound, Math.exp(middle), slowerThan) < ratio) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

/** |d ln S / d ln b| at the bound with this index. */
export function steepness(curve: ShareCurve, index: number): number {
  const before = point(curve, Math.max(index - 1, 0))
  const after = point(curve, Math.min(index + 1, curve.bounds.length - 1))
  return after.x > before.x ? Math.abs((after.y - before.y) / (after.x - before.x)) : 0
}

/** The quantile by interpolation in ln S; undefined outside the bounds. It is only shown, never tested. */
export function quantileOf(curve: ShareCurve, quantile: number): number | undefined {
  const target = Math.log(1 - quantile)
  for (let i = 1; i < curve.bounds.length; i++) {
    const before = point(curve, i - 1)
    const after = point(curve, i)
    if (before.y >= target && after.y <= target) {
      if (before.y === after.y) return Math.exp(after.x)
      return Math.exp(before.x + ((before.y - target) / (before.y - after.y)) * (after.x - before.x))
    }
  }
  return undefined
}

interface Point {
  readonly x: number
  readonly y: number
}

function point(curve: ShareCurve, index: number): Point {
  const share = Math.max(curve.shares[index] ?? 0, LEAST_SHARE)
  return { x: Math.log(curve.bounds[index] ?? 1), y: Math.log(share) }
}

function chord(a: Point, b: Point, x: number): number {
  return a.x === b.x ? a.y : a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x)
}

function parabola(a: Point, b: Point, c: Point, x: number): number {
  const ab = (b.y - a.y) / (b.x - a.x)
  const bc = (c.y - b.y) / (c.x - b.x)
  const bend = (bc - ab) / (c.x - a.x)
  return a.y + ab * (x - a.x) + bend * (x - a.x) * (x - b.x)
}
