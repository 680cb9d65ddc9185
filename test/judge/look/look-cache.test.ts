import { expect, test } from 'vitest'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { analyze } from '../../../src/engine/index.ts'
import { createLookCache, type Observation } from '../../../src/judge/look/look-cache.ts'
import { fixtureRecording } from '../../support/stand-ins/fake-source.ts'
import { aPolicy } from '../verdicts.ts'

const megabyte = 1024 * 1024
const minute = 60_000

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

function heapUsed(): number {
  if (typeof collectGarbage === 'function') collectGarbage()
  return process.memoryUsage().heapUsed
}

const recording = fixtureRecording('healthy')
const verdict = analyze(recording, aPolicy())

/** A look whose recording the store does not have yet, as while the store is away. */
function unsavedLook(): Observation {
  return {
    verdict: structuredClone(verdict),
    recordingDigest: 'digest',
    steps: [],
    recording: structuredClone(recording),
    validUntil: minute,
    data: 'source',
  }
}

test('createLookCache() holds what fits into its bytes, whatever the size of recordings that are not stored', async () => {
  const cache = createLookCache({ bytes: 8 * megabyte })
  const perLook = JSON.stringify(unsavedLook()).length
  const looks = Math.ceil((40 * megabyte) / perLook)
  const before = heapUsed()
  for (let i = 0; i < looks; i++) await cache.share(String(i), 0, async () => unsavedLook())
  expect(heapUsed() - before).toBeLessThan(16 * megabyte)
  let computed = 0
  const again = (key: number) =>
    cache.share(String(key), 0, async () => {
      computed += 1
      return unsavedLook()
    })
  await again(looks - 1)
  expect(computed).toBe(0)
  await again(0)
  expect(computed).toBe(1)
})
