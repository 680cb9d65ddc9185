import { describe, expect, it } from 'vitest'
import { latestMeans } from '../../../src/engine/evidence/latest-means.ts'

const none = Number.NaN

describe('latestMeans', () => {
  it('gives the mean of five values, without those before the first slice', () => {
    const latest = latestMeans(Float64Array.from([9, 1, 2, none, 3, 4, 5, 6]), 1)
    expect([...latest]).toEqual([-Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity, 3, 4])
  })
})
