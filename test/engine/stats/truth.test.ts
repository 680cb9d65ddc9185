import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { binomialCdf } from '../../../src/engine/stats/binomial-cdf.ts'
import { binomialUpperTail } from '../../../src/engine/stats/binomial-upper-tail.ts'
import { incompleteBeta } from '../../../src/engine/stats/incomplete-beta.ts'
import {
  incompleteGammaLower,
  incompleteGammaUpper,
} from '../../../src/engine/stats/incomplete-gamma-upper.ts'
import { logGamma } from '../../../src/engine/stats/log-gamma.ts'
import { normalLogSf } from '../../../src/engine/stats/normal-log-sf.ts'
import { normalQuantile } from '../../../src/engine/stats/normal-quantile.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'
import { poissonCdf } from '../../support/stats/poisson-cdf.ts'
import { poissonQuantile } from '../../../src/engine/stats/poisson-quantile.ts'
import { studentTQuantile } from '../../support/stats/student-t-quantile.ts'
import { studentTSf } from '../../../src/engine/stats/student-t-sf.ts'

const url = new URL('../../reference/special-functions.json', import.meta.url)
const points = z
  .array(z.tuple([z.string(), z.array(z.number()), z.number()]))
  .parse(JSON.parse(readFileSync(url, 'utf8')))

const functions: Readonly<Record<string, (x: number, y: number, w: number) => number>> = {
  logGamma: (x) => logGamma(x),
  incompleteBeta: (a, b, x) => incompleteBeta(a, b, x),
  incompleteGammaUpper: (a, x) => incompleteGammaUpper(a, x),
  normalSf: (x) => normalSf(x),
  normalLogSf: (x) => normalLogSf(x),
  normalQuantile: (p) => normalQuantile(p),
  studentTSf: (t, df) => studentTSf(t, df),
  studentTQuantile: (p, df) => studentTQuantile(p, df),
  binomialCdf: (k, n, p) => binomialCdf(k, n, p),
  binomialUpperTail: (k, n, p) => binomialUpperTail(k, n, p),
  poissonCdf: (k, mu) => poissonCdf(k, mu),
  poissonQuantile: (p, mu) => poissonQuantile(p, mu),
}

function relativeError(got: number, truth: number): number {
  return truth === 0 ? Math.abs(got) : Math.abs(got / truth - 1)
}

test.for(Object.entries(functions))('%s agrees with 50-digit arithmetic to 1e-12', ([name, compute]) => {
  const own = points.filter(([of]) => of === name)
  const wrong = own.filter(
    ([, [x = 0, y = 0, w = 0], truth]) => !(relativeError(compute(x, y, w), truth) <= 1e-12),
  )
  expect(own.length).toBeGreaterThan(20)
  expect(wrong).toEqual([])
})

test('poissonQuantile(p, mu) is exact', () => {
  const own = points.filter(([of]) => of === 'poissonQuantile')
  expect(own.map(([, [p = 0, mu = 0]]) => poissonQuantile(p, mu))).toEqual(own.map(([, , truth]) => truth))
})

test('incompleteGammaLower(a, x) is the complement of incompleteGammaUpper', () => {
  for (const [name, [a = 0, x = 0], upper] of points) {
    if (name !== 'incompleteGammaUpper') continue
    expect(incompleteGammaLower(a, x)).toBeCloseTo(1 - upper, 12)
  }
})

// Where P is small the complement of Q has no digits left; values from the series in 50-digit arithmetic.
test.for([
  [3, 0.001, 1.6654171665278076e-10],
  [150, 60, 1.339206924619056e-22],
  [5000, 3500, 1.6052658946905612e-125],
  [1e6, 980_000, 1.8371857329071327e-90],
  [201, 120, 9.709424585727375e-12],
  [0.5, 1e-9, 3.568248231116126e-5],
] as const)('incompleteGammaLower(%d, %d) agrees with its series to 1e-12', ([a, x, truth]) => {
  expect(relativeError(incompleteGammaLower(a, x), truth)).toBeLessThan(1e-12)
})
