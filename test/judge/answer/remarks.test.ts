import { describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Recording } from '../../../src/engine/model/recording.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { withRemarks } from '../../../src/judge/answer/remarks.ts'
import type { Run } from '../../../src/judge/ports/ports.ts'
import { handMade, onlyErrors } from '../../engine/made/recordings.ts'

const start = Date.parse('2026-02-01T12:00:00Z')
const run: Run = {
  id: 'r',
  source: 'argo',
  namespace: 'shop',
  name: 'web',
  revision: '5c6b8d7f4',
  stableRevision: '7d9f4b5c6',
  policy: 'web',
  policyDigest: 'd',
  start,
  openedAt: start,
  lastLookAt: start,
}
const inForce = { policy: onlyErrors, digest: 'd' }
const missing = {
  code: 'no-canary-series',
  metric: 'errors',
  text: 'errors: no series of the canary',
} as const

function unknownCanary(recording: Recording, params: Readonly<Record<string, string>>): Reason | undefined {
  const verdict = analyze({ ...recording, problems: [missing] }, onlyErrors)
  const { reasons } = withRemarks(
    { verdict, changedBy: [], decisions: [] },
    { request: { params }, run, inForce, loaded: inForce },
  ).verdict
  return reasons.find(({ code }) => code === 'unknown-canary')
}

const without = handMade({ history: 10, slices: 20, canaryPods: 0 })
const seen = handMade({ history: 10, slices: 20 })

describe('withRemarks(a verdict without series of the canary)', () => {
  test('gives the command line that says why, with each value as a shell reads it', () => {
    expect(unknownCanary(without, { service: "web's" })?.text).toBe(
      `no series has the revision 5c6b8d7f4; this says why: canary-judge doctor --policy web.yaml --namespace shop --name web --canary 5c6b8d7f4 --stable 7d9f4b5c6 --param 'service=web'\\''s'`,
    )
  })

  test('says nothing where another metric knows the canary', () => {
    expect(unknownCanary(seen, {})).toBeUndefined()
  })
})
