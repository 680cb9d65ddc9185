import request from 'supertest'
import type { HookType } from '../../../src/callers/flagger/request.ts'
import type { Overrides } from '../../../src/app/app.ts'
import type { Config } from '../../../src/app/config/config.ts'
import { type FakeSource, fakeSource, fixtureRecording } from '../../support/stand-ins/fake-source.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../../support/service/run-judge.ts'

/** A token of the test configuration with the same role as that of a controller. */
export const token = 'ann-token-0123456789'

export const payload = {
  name: 'web',
  namespace: 'shop',
  phase: 'Progressing',
  checksum: '7d9fb',
  metadata: { policy: 'web', target: 'web', service: 'web', port: '80', steps: '5,25,50' },
}

export interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** Calls a hook as Flagger does, with a POST of JSON and the token as the password in the URL. */
export async function callHook(url: string, hook: HookType, change: object = {}): Promise<Answered> {
  const { status, text, headers } = await request(url)
    .post(`/v1/flagger/${hook}`)
    .auth('flagger', token)
    .send({ ...payload, ...change })
  return { status, text, headers }
}

/**
 * This policy fails the bad fixture and passes the good one within a few minutes. It has `pass: strict`, because a fixture
 * with little traffic must wait and be held for lack of evidence; under the default rule its step would pass at its end.
 * The answers of the hooks do not depend on the rule.
 */
export const quickPolicy = (more = ''): string => `
name: web
pass: strict
warmup: 0
soak: 0
step: 5m
metrics: [{name: errors, kind: errors, tolerance: 4, margin: 8}]
${more}`

export interface FlaggerRollout extends RunningJudge {
  hook(type: HookType, change?: object): Promise<Answered>
  /** Waits a minute, then calls the hooks of a tick with traffic, up to the first hook that does not pass. */
  tick(): Promise<Answered>
  event(eventMessage: string): Promise<Answered>
  /** Calls pre-rollout, and asks for the first step. */
  begin(): Promise<void>
  /** Ticks until the hook answers with this status. */
  until(hook: HookType, status: number, ticks?: number): Promise<Answered>
}

export async function runFlagger({
  fixture = 'healthy',
  policy = quickPolicy(),
  source = fakeSource(fixtureRecording(fixture)),
  overrides = {},
  change = (config) => config,
}: {
  readonly fixture?: string
  readonly policy?: string
  readonly source?: FakeSource
  readonly overrides?: Overrides
  readonly change?: (config: Config) => Config
} = {}): Promise<FlaggerRollout> {
  const running = await runJudge({ policy, source, overrides, change })
  running.clock.ms = rolloutStart + 20_000
  return { ...running, ...flaggerCalls(running) }
}

export function flaggerCalls({ url, clock }: Pick<RunningJudge, 'url' | 'clock'>) {
  const hook: FlaggerRollout['hook'] = (type, change = {}) => callHook(url, type, change)
  const tick = (): Promise<Answered> => {
    clock.ms += minute
    return hook('rollout')
  }
  return {
    hook,
    tick,
    event: (eventMessage: string) =>
      hook('event', { metadata: { ...payload.metadata, eventMessage, eventType: 'Normal', timestamp: '1' } }),
    async begin() {
      for (const type of ['pre-rollout', 'confirm-traffic-increase'] as const) {
        const { status, text } = await hook(type)
        if (status !== 200) throw new Error(`${type} answered ${status}: ${text}`)
      }
    },
    async until(type: HookType, status: number, ticks = 14) {
      for (let n = 0; n < ticks; n++) {
        const looked = await tick()
        const answer = type === 'rollout' ? looked : await hook(type)
        if (answer.status === status) return answer
      }
      throw new Error(`${type} never answered ${status}`)
    },
  }
}

/** Whether the answer is one line that is short enough for an Event. */
export function isPlainLine({ text, headers }: Answered): boolean {
  const isText = headers['content-type'] === 'text/plain; charset=utf-8'
  const hasLength = headers['content-length'] === String(Buffer.byteLength(text))
  return isText && hasLength && text.length > 0 && text.length < 300 && !/[\p{Cc}]/u.test(text)
}
