import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import type { Overrides } from '../../../src/app/app.ts'
import type { Config } from '../../../src/app/config/config.ts'
import { type FakeSource, fakeSource, fixtureRecording } from '../stand-ins/fake-source.ts'
import { type RunningApp, runApp } from './run-app.ts'

export const minute = 60_000
/** When the rollouts of the fixtures begin. */
export const rolloutStart = Date.parse('2026-01-05T11:00:00Z')

export interface RunningJudge extends RunningApp {
  readonly source: FakeSource
  /** Replaces the policy. */
  writePolicy(text: string): Promise<void>
  /** Asks as a pipeline does, so that the look is kept. */
  judge(body?: object): request.Test
  judgeByHand(body?: object): request.Test
  argo(body?: object): request.Test
  decide(body: object): request.Test
}

const decider = 'ann-token-0123456789'
const tokens = `ann:decide+judge+read:${decider}`

/** The policy for the fixtures: steps of five minutes, and nothing may be worse. */
export const fixturePolicy = `
name: web
step: 5m
soak: 0
metrics:
  - {name: errors, kind: errors, tolerance: 1}
`

/** Starts a service that judges a recording as if a Prometheus had it, at a time that the test sets. */
export async function runJudge({
  fixture = 'healthy',
  policy = fixturePolicy,
  source = fakeSource(fixtureRecording(fixture)),
  overrides = {},
  change = (config) => config,
}: {
  readonly fixture?: string
  readonly policy?: string
  readonly source?: FakeSource
  readonly overrides?: Overrides
  readonly change?: (config: Config) => Config
} = {}): Promise<RunningJudge> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-policies-'))
  const writePolicy = (text: string): Promise<void> => writeFile(join(folder, 'web.yaml'), text)
  await writePolicy(policy)
  const running = await runApp({
    env: { CANARY_JUDGE_TOKENS: tokens },
    change: (config) => change({ ...config, policies: { directory: folder } }),
    overrides: { source, ...overrides },
  })
  running.clock.ms = rolloutStart
  const post = (path: string, body: object): request.Test =>
    request(running.url).post(path).set('Authorization', `Bearer ${decider}`).send(body)
  return {
    ...running,
    source,
    writePolicy,
    judge: (body = {}) =>
      post('/v1/judge', { ...rollout, ...('recording' in body ? {} : { keep: true }), ...body }),
    judgeByHand: (body = {}) => post('/v1/judge', { ...rollout, ...body }),
    argo: (body = {}) =>
      post('/v1/argo', { namespace: 'shop', name: 'web', canaryHash: 'b', stableHash: 'a', ...body }),
    decide: (body) =>
      post('/v1/decisions', { namespace: 'shop', name: 'web', reason: 'looked at it', ...body }),
    async [Symbol.asyncDispose]() {
      await running.app.stop()
      await rm(folder, { recursive: true })
    },
  }
}

export const rollout = {
  namespace: 'shop',
  name: 'web',
  canary: { revision: 'b' },
  stable: { revision: 'a' },
}

export const codesOf = (body: {
  readonly reasons: readonly { readonly code: string }[]
}): readonly string[] => body.reasons.map(({ code }) => code)
