import { valueAt } from '../model/value-at.ts'
import { binomialCdf } from '../stats/binomial-cdf.ts'
import { binomialUpperTail } from '../stats/binomial-upper-tail.ts'
import { normalSf } from '../stats/normal-sf.ts'
import { studentTSf } from '../stats/student-t-sf.ts'
import { information } from '../counts/slices.ts'
import type { CountSeries } from './count-series.ts'

/** Below this many events the normal approximation of the score needs an exact companion. */
export const FEW_EVENTS = 100

/** Running sums of the score test of one null. */
interface ScoreSums {
  /** Σ (xc − X π): the canary's events beyond those that the null hypothesis expects. */
  readonly excess: Float64Array
  /** Σ X π (1 − π) */
  readonly variance: Float64Array
  readonly canary: Float64Array
  readonly events: Float64Array
  readonly expected: Float64Array
}

export interface ScoreTest {
  /**
   * The chance of so many or more canary events when the ratio is exactly theta0; undefined without events while both
   * arms ran.
   */
  harmP(t: number): number | undefined
  /** The chance of so few or fewer. */
  goodP(t: number): number | undefined
}

export function scoreTest(stream: CountSeries, theta0: Float64Array): ScoreTest {
  const sums = scoreSums(stream, theta0)
  const floors = stream.noise.floors(theta0)
  const tail = (t: number, sign: 1 | -1): number | undefined => {
    const variance = sums.variance[t] ?? 0
    if (variance <= 0) return undefined
    const floor = floors[t] ?? 1
    const phi = stream.noise.phi(floor, 0, t)
    const z = (sign * valueAt(sums.excess, t)) / Math.sqrt(phi * variance)
    const approximate = z > 0 ? studentTSf(z, stream.noise.freedom(floor, phi)) : normalSf(z)
    return valueAt(sums.events, t) < FEW_EVENTS
      ? Math.max(approximate, exactTail(sums, t, sign))
      : approximate
  }
  return { harmP: (t) => tail(t, 1), goodP: (t) => tail(t, -1) }
}

function exactTail(sums: ScoreSums, t: number, sign: 1 | -1): number {
  const events = sums.events[t] ?? 0
  const share = valueAt(sums.expected, t) / events
  const canary = sums.canary[t] ?? 0
  const total = Math.round(events)
  return sign > 0
    ? binomialUpperTail(Math.ceil(canary - 1e-9), total, share)
    : binomialCdf(Math.floor(canary + 1e-9), total, share)
}

function scoreSums(stream: CountSeries, theta0: Float64Array): ScoreSums {
  const { canary, stable } = stream.facing
  const T = theta0.length
  const sums = {
    excess: new Float64Array(T),
    variance: new Float64Array(T),
    canary: new Float64Array(T),
    events: new Float64Array(T),
    expected: new Float64Array(T),
  }
  const v = information(stream.facing)
  let [excess, variance, own, events, expected] = [0, 0, 0, 0, 0]
  for (let t = 0; t < T; t++) {
    if (valueAt(v, t) > 0) {
      const nc = valueAt(canary.requests, t) * (theta0[t] ?? 1)
      const pi = nc / (nc + valueAt(stable.requests, t))
      const xc = canary.events[t] ?? 0
      const total = xc + valueAt(stable.events, t)
      own += xc
      events += total
      expected += total * pi
      excess += xc - total * pi
      variance += total * pi * (1 - pi)
    }
    sums.excess[t] = excess
    sums.variance[t] = variance
    sums.canary[t] = own
    sums.events[t] = events
    sums.expected[t] = expected
  }
  return sums
}
