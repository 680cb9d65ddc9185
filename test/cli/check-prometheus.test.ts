import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runCheck } from '../../src/cli/check/run-check.ts'
import {
  type ServedCall,
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../support/simulated-prometheus/start-simulated-prometheus.ts'
import { createWorld } from '../support/simulated-world/create-world.ts'
import { fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { startCli } from '../support/service/start-cli.ts'
import { collect } from './streams.ts'

const minute = 60_000
let folder = ''
let policy = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-check-test-'))
  policy = join(folder, 'shop.yaml')
  await writeFile(
    policy,
    'name: shop\nhistory: 30m\nmetrics: [{name: errors, kind: errors, total: http_requests_total, bad: \'http_requests_total{code=~"5.."}\'}]\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))

const servers: SimulatedPrometheus[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Starts a Prometheus in which the rollout of a fixture has just ended. */
async function watched(fixture: string) {
  const recording = fixtureRecording(fixture)
  const end = Math.floor(Date.now() / minute - 1) * minute
  const start = new Date(end - recording.slices * minute).toISOString()
  const world = createWorld({
    recording: { ...recording, start },
    convention: 'application',
    controller: 'argo',
  })
  const calls: ServedCall[] = []
  const server = await startSimulatedPrometheus({
    clock: { now: () => Date.now() },
    series: world.series,
    onCall: (call) => calls.push(call),
  })
  servers.push(server)
  const { revisions, namespace, target } = world.identity
  const rollout = { namespace, name: target, canary: revisions.canary, stable: revisions.stable }
  return { server, calls, flags: { prometheus: server.url, interval: '1s', ...rollout } }
}

type Flags = Parameters<typeof runCheck>[0]

async function here(flags: Flags, env: Readonly<Record<string, string>> = {}) {
  const streams = collect('')
  const code = await runCheck(flags, { ...streams, env })
  return { code, out: streams.out(), err: streams.err() }
}

describe('canary-judge check --prometheus', () => {
  test('fails a canary with ten times the errors, by a policy from a file and without a service', async () => {
    const { flags } = await watched('errors-x10')
    const { code, out, err } = await here({ ...flags, policy })
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/^fail: /)
    expect(out).not.toContain('127.0.0.1')
  })

  test('fails it by a bundled policy, too', async () => {
    const { flags } = await watched('errors-x10')
    const { code, out } = await here({ ...flags, policy: 'application', json: true })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ verdict: 'fail' })
  })

  test('as a process exits with the code of the verdict', async () => {
    const { server, flags } = await watched('errors-x10')
    const { namespace, name, canary, stable } = flags
    const rollout = ['--namespace', namespace, '--name', name, '--canary', canary, '--stable', stable]
    await using cli = startCli(['check', '--prometheus', server.url, '--policy', policy, ...rollout])
    expect(await cli.ended).toMatchObject({ code: 1, stderr: '' })
  })

  test('never fails a healthy one', async () => {
    const { flags } = await watched('healthy')
    const { code } = await here({ ...flags, policy })
    expect([0, 2]).toContain(code)
  })

  test('sends the token to Prometheus, and what the configuration file says', async () => {
    const { calls, flags } = await watched('healthy')
    const tokenFile = join(folder, 'token')
    await writeFile(tokenFile, 'prometheus-token-0123456789')
    const config = join(folder, 'config.yaml')
    await writeFile(config, 'sources: {default: {url: "http://127.0.0.1:9", headers: {X-Scope-OrgID: shop}}}')
    await here({ ...flags, policy, tokenFile }, { CANARY_JUDGE_CONFIG: config })
    expect(calls.length).toBeGreaterThan(0)
    expect(calls.every(({ headers }) => headers.authorization === 'Bearer prometheus-token-0123456789')).toBe(
      true,
    )
    expect(calls.every(({ headers }) => headers['x-scope-orgid'] === 'shop')).toBe(true)
  })

  test('judges by the defaults of the configuration, as a service with it would', async () => {
    const { flags } = await watched('errors-x10')
    const config = join(folder, 'defaults.yaml')
    await writeFile(config, 'defaults: { tolerances: { errors: 30 } }\n')
    for (const given of [policy, 'application']) {
      const { code } = await here({ ...flags, policy: given }, { CANARY_JUDGE_CONFIG: config })
      expect([given, code]).not.toEqual([given, 1])
    }
  })

  test('exits 2 when Prometheus is away: nothing is known of the canary', async () => {
    const { server, flags } = await watched('healthy')
    await server.close()
    const { code, out } = await here({ ...flags, policy })
    expect(code).toBe(2)
    expect(out).toMatch(/^inconclusive: /)
  })

  test.each([
    [
      'a policy that cannot be read',
      { policy: '/nowhere/web.yaml' },
      {},
      /^canary-judge: --policy: expected a readable/,
    ],
    ['an unknown policy', { policy: 'wbe' }, {}, /^canary-judge: unknown-policy/],
    [
      'a configuration that is none',
      {},
      { CANARY_JUDGE_CONFIG: '/nowhere/config.yaml' },
      /^canary-judge: 1 mistake/,
    ],
    [
      'a token with a space',
      {},
      { CANARY_JUDGE_TOKEN: 'a b' },
      /^canary-judge: CANARY_JUDGE_TOKEN: expected a token/,
    ],
  ])('exits 3 for %s', async (_what, change, env, message) => {
    const { flags } = await watched('healthy')
    const { code, out, err } = await here({ ...flags, policy, ...change }, env)
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(message)
  })

  test('exits 3 for a policy with mistakes, naming each', async () => {
    const { flags } = await watched('healthy')
    const bad = join(folder, 'bad.yaml')
    await writeFile(bad, 'nme: shop\nmetrics: [{name: errors, kind: error}]\n')
    const { code, err } = await here({ ...flags, policy: bad })
    expect(code).toBe(3)
    expect(err).toMatch(/did you mean name\?/)
    expect(err.trimEnd().split('\n').length).toBeGreaterThan(1)
  })
})
