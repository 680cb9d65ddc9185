import type { Call, NoReply, Reply } from '../call.ts'
import type { ControllerLog } from '../controller-log.ts'
import { exchange } from '../exchange.ts'
import type { HookType, Webhook } from './manifests.ts'
import { goJson } from '../go-json.ts'
import type { ControllerClock } from '../simulated-clock.ts'

export interface Payload {
  readonly name: string
  readonly namespace: string
  readonly phase: string
  readonly checksum: string
  readonly metadata?: Readonly<Record<string, string>>
}

export interface HookDeps {
  readonly call: Call
  readonly clock: ControllerClock
  readonly log: ControllerLog
}

export type HookEnd = { readonly passed: true } | { readonly passed: false; readonly reason: string }

const maxBackoffMs = 30_000

/** Calls one webhook with its retries. Only 200, 201 and 202 pass. */
export async function callHook(hook: Webhook, payload: Payload, deps: HookDeps): Promise<HookEnd> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await attemptOnce(hook, payload, deps)
    if (!isRetried(reply)) return ended(reply)
    if (attempt >= hook.retries)
      return { passed: false, reason: `POST ${masked(hook.url)} giving up after ${attempt + 1} attempt(s)` }
    await deps.clock.wait(backoffMs(reply, attempt, deps.clock.now()))
  }
}

/** Hides the password of a URL, as Flagger's events do. */
const masked = (url: string): string => url.replace(/^(https?:\/\/[^:@/]*):[^@/]*@/, '$1:xxxxx@')

async function attemptOnce(
  hook: Webhook,
  payload: Payload,
  { call, clock, log }: HookDeps,
): Promise<Reply | NoReply> {
  const at = clock.now()
  const request = {
    method: 'POST' as const,
    headers: { 'Content-Type': 'application/json' },
    body: goJson(payload),
    timeoutMs: hook.timeout,
  }
  const reply = await exchange(hook.url, request, { call, clock })
  const result = 'failure' in reply ? reply.failure : reply.status
  log.call({
    ...request,
    at,
    purpose: hook.type,
    url: hook.url,
    result,
    answer: 'failure' in reply ? '' : reply.body,
    line: `${hook.type} ${detail(hook.type, payload)} ${result}`,
  })
  return reply
}

const detail = (type: HookType, { phase, metadata = {} }: Payload): string =>
  type === 'event' ? `"${metadata['eventMessage']}"` : phase

/** A 501 is not retried, because it says that the request will never work. */
const isRetried = (reply: Reply | NoReply): boolean =>
  'failure' in reply || reply.status === 429 || (reply.status >= 500 && reply.status !== 501)

const ended = (reply: Reply | NoReply): HookEnd =>
  'failure' in reply || reply.status > 202
    ? { passed: false, reason: 'failure' in reply ? reply.failure : reply.body }
    : { passed: true }

/** Waits 1 s, 2 s, 4 s and so on, or as long as Retry-After says on 429 and 503. */
function backoffMs(reply: Reply | NoReply, attempt: number, now: number): number {
  const asked = 'failure' in reply || ![429, 503].includes(reply.status) ? undefined : retryAfter(reply, now)
  return asked ?? Math.min(1000 * 2 ** attempt, maxBackoffMs)
}

function retryAfter({ headers = {} }: Reply, now: number): number | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
