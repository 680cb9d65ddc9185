import { expect, test } from 'vitest'
import { codesOf, fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'
import { fixtureRecording } from '../support/stand-ins/fake-source.ts'

const policy = `${fixturePolicy}\ngroup: release`
const step = { index: 0, of: 2, weight: 25, next: 50, minutes: 5 }
const [healthy, bad] = [fixtureRecording('healthy'), fixtureRecording('errors-x10')]

async function startGroup(other = '') {
  const judge = await runJudge({ policy: `${policy}\n${other}` })
  const look = async (name: string, recording = healthy, more: object = {}) => {
    judge.source.recording = recording
    const { body } = await judge.judge({ name, step, ...more })
    return body
  }
  const at = (minutes: number): void => {
    judge.clock.ms = rolloutStart + minutes * minute
  }
  return { ...judge, look, at }
}

test('a step waits until the others have passed it too, and a member that is ahead waits for nothing', async () => {
  await using group = await startGroup()
  group.at(1)
  await group.look('users')
  await group.look('chat')
  group.at(20)
  const waits = await group.look('users')
  expect([waits.judged, waits.verdict, codesOf(waits)[0]]).toEqual(['pass', 'inconclusive', 'group-waiting'])
  expect(waits.summary).toMatch(/^inconclusive: waits for chat of the group release, which has not passed: /)
  const passes = await group.look('chat')
  expect([passes.verdict, codesOf(passes)]).toEqual(['pass', expect.arrayContaining(['group-passed'])])
  expect(passes.reasons.at(-1).text).toBe('the others of the group release have passed this step too: users')
  await group.look('chat', healthy, { step: { ...step, index: 1, weight: 50 } })
  group.at(21)
  expect((await group.look('users')).verdict).toBe('pass')
})

test('when one fails, all fail, and each says which', async () => {
  await using group = await startGroup()
  group.at(1)
  await group.look('users')
  group.at(12)
  expect((await group.look('chat', bad)).verdict).toBe('fail')
  const users = await group.look('users')
  expect([users.verdict, users.judged === 'fail', codesOf(users)[0]]).toEqual(['fail', false, 'group-failed'])
  expect(users.summary).toMatch(/^fail: chat of the group release failed: at .* errors /)
  const override = { name: 'users', decision: 'approve', override: true }
  expect((await group.decide(override)).status).toBe(201)
  expect((await group.look('users')).verdict).toBe('pass')
})

test('a failure of the group is not passed on to the next release', async () => {
  await using group = await startGroup()
  group.at(1)
  await group.look('users')
  group.at(12)
  await group.look('chat', bad)
  expect((await group.look('users')).verdict).toBe('fail')
  group.at(20)
  const next = await group.look('chat', healthy, {
    canary: { revision: 'c' },
    start: new Date(rolloutStart + 19 * minute).toISOString(),
  })
  expect([next.verdict, codesOf(next).includes('group-failed')]).toEqual(['inconclusive', false])
})

test.each([
  ['mode: pause', 'inconclusive'],
  ['mode: observe', 'pass'],
])('with %s a failure of another member is answered %s', async (mode, verdict) => {
  await using group = await startGroup(mode)
  group.at(1)
  await group.look('users')
  await group.look('chat', bad)
  group.at(20)
  await group.decide({ name: 'chat', decision: 'reject' })
  await group.look('chat')
  expect((await group.look('users')).verdict).toBe(verdict)
})

test('rollouts of other groups and other namespaces count for nothing', async () => {
  await using group = await startGroup()
  group.at(1)
  await group.look('users')
  group.at(12)
  await group.look('chat', bad, { namespace: 'other' })
  await group.writePolicy(`${fixturePolicy}\ngroup: elsewhere`)
  await group.app.reload()
  expect((await group.look('gateway', bad)).verdict).toBe('fail')
  group.at(20)
  const users = await group.look('users')
  expect([users.verdict, codesOf(users).filter((code) => code.startsWith('group'))]).toEqual(['pass', []])
})
