import { expect, test } from 'vitest'
import { liveRecording, type LiveRollout } from '../../../src/cli/demo/live-rollout.ts'
import { simulatedSource } from '../../../src/cli/demo/simulated-source.ts'
import { upTo } from '../../../src/engine/model/up-to.ts'
import { resolvePolicy } from '../../../src/formats/policy/resolve-policy.ts'
import type { Run } from '../../../src/judge/ports/ports.ts'

const minuteMs = 60_000
const start = Date.parse('2026-11-20T10:00:00Z')
const rollout: LiveRollout = { name: 'healthy', canary: 'v2', stable: 'v1', begun: [start] }
const policy = resolvePolicy({ name: 'demo', metrics: [{ name: 'errors', kind: 'errors' }] })
const run: Run = {
  id: 'r',
  source: 'argo',
  namespace: 'live',
  name: 'healthy',
  revision: 'v2',
  policy: 'demo',
  policyDigest: 'd',
  start,
  openedAt: start,
  lastLookAt: start,
}

const { signal } = new AbortController()
const fetched = (at: LiveRollout, until: number, of = run) =>
  simulatedSource((name) => (name === at.name ? at : undefined)).fetch({
    policy,
    run: of,
    params: {},
    until,
    signal,
  })

test('liveRecording() of a rollout that went on has the same past', () => {
  const before = liveRecording(rollout)
  const later = liveRecording({ ...rollout, begun: [start, start + 7 * minuteMs] })
  const pods = before.pods.map(({ name }) => name)
  const rowsOf = (recording: typeof before) =>
    pods.map((name) => {
      const row = recording.pods.findIndex((pod) => pod.name === name)
      const { errors } = upTo(recording, 126).metrics
      return errors?.kind === 'errors' ? [errors.bad[row], errors.total[row]] : []
    })
  expect(rowsOf(later)).toEqual(rowsOf(before))
  expect(rowsOf(later)[0]?.[0]).toHaveLength(127)
})

test('fetch() gives the minutes that are settled, and the run begins where its start is', async () => {
  const recording = await fetched(rollout, start + 3 * minuteMs + 14_000)
  expect(recording).toMatchObject({ slices: 122, rolloutStart: 120 })
  expect(recording).not.toHaveProperty('steps')
  expect(recording).not.toHaveProperty('gates')
  expect((await fetched(rollout, start + 3 * minuteMs + 15_000)).slices).toBe(123)
})

test('fetch() of a rollout that ended gives no canary after its end', async () => {
  const ended: LiveRollout = { ...rollout, ended: { at: start + 4 * minuteMs, how: 'aborted' } }
  expect((await fetched(ended, start + 30 * minuteMs)).slices).toBe(124)
})

test.each([{ revision: 'v1' }, { name: 'web' }])(
  'fetch() of %j says that there is no such canary',
  async (other) => {
    const { metrics, problems } = await fetched(rollout, start + 5 * minuteMs, { ...run, ...other })
    expect(metrics).toEqual({})
    expect(problems?.map(({ code }) => code)).toEqual(['no-canary-series'])
  },
)

test('canaryStart() finds the start of the revision until its canary is gone for long', async () => {
  const startOf = (at: LiveRollout, until: number, revision = 'v2') =>
    simulatedSource(() => at).canaryStart?.({
      policy,
      run: { ...run, revision },
      params: {},
      until,
      quietMs: 10 * minuteMs,
      signal,
    })
  expect(await startOf(rollout, start + 300 * minuteMs)).toBe(start)
  expect(await startOf(rollout, start - 1)).toBeUndefined()
  expect(await startOf(rollout, start + minuteMs, 'v1')).toBeUndefined()
  const ended: LiveRollout = { ...rollout, ended: { at: start + 4 * minuteMs, how: 'aborted' } }
  expect(await startOf(ended, start + 13 * minuteMs)).toBe(start)
  expect(await startOf(ended, start + 14 * minuteMs)).toBeUndefined()
})
