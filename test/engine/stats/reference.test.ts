import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { binomialCdf } from '../../../src/engine/stats/binomial-cdf.ts'
import { binomialUpperTail } from '../../../src/engine/stats/binomial-upper-tail.ts'
import { chiSquareSf } from '../../support/stats/chi-square-sf.ts'
import { incompleteBeta } from '../../../src/engine/stats/incomplete-beta.ts'
import { incompleteGammaUpper } from '../../../src/engine/stats/incomplete-gamma-upper.ts'
import { logGamma } from '../../../src/engine/stats/log-gamma.ts'
import { normalLogSf } from '../../../src/engine/stats/normal-log-sf.ts'
import { normalQuantile } from '../../../src/engine/stats/normal-quantile.ts'
import { normalSf } from '../../../src/engine/stats/normal-sf.ts'
import { studentTQuantile } from '../../support/stats/student-t-quantile.ts'

const url = new URL('../../reference/numerics_ref.json', import.meta.url)
const points = z
  .array(z.tuple([z.string(), z.array(z.number()), z.number()]))
  .parse(JSON.parse(readFileSync(url, 'utf8')))

const functions: Readonly<Record<string, (x: number, y: number, w: number) => number>> = {
  lgamma: (x) => logGamma(x),
  betainc: (a, b, x) => incompleteBeta(a, b, x),
  gammq: (a, x) => incompleteGammaUpper(a, x),
  normSf: (x) => normalSf(x),
  normLogSf: (x) => normalLogSf(x),
  normPpf: (p) => normalQuantile(p),
  tPpf: (p, df) => studentTQuantile(p, df),
  chi2Sf: (x, df) => chiSquareSf(x, df),
  binomCdf: (k, n, p) => binomialCdf(k, n, p),
  // The reference means P(X > k).
  binomSf: (k, n, p) => binomialUpperTail(k + 1, n, p),
}

describe('the reference values of the statistics', () => {
  test.for(points)('%s(%j) agrees with the reference to 1e-10', ([name, [x = 0, y = 0, w = 0], expected]) => {
    const got = functions[name]?.(x, y, w) ?? Number.NaN
    // The t quantiles of the reference have errors of up to 1.9e-10: (0.9917, 11) is 2.82227422243764821.
    const tolerance = name === 'tPpf' ? 2e-10 : 1e-10
    expect(Math.abs(got - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected))
  })
})
