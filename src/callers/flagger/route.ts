import { AppError } from '../../errors.ts'
import type { Log } from '../../judge/ports/ports.ts'
import { checkNamespace } from '../../http/auth/namespace-access.ts'
import { jsonTypes } from '../../http/body/decode-text.ts'
import { noInput } from '../../http/request/no-input.ts'
import { type Answer, route, type Route, type RouteGroup } from '../../http/route.ts'
import { metricTemplateRoute } from './metric-template/route.ts'
import { createHooks, type Hook, type HookDeps } from './hooks.ts'
import { flaggerSchema, type HookType, hookTypes, toHookCall } from './request.ts'
import { line } from './response.ts'

export interface FlaggerRouteDeps extends HookDeps {
  readonly log: Log
}

export function flaggerRoutes(deps: FlaggerRouteDeps): RouteGroup {
  const hooks = createHooks(deps)
  return {
    name: 'flagger',
    description: "Flagger's webhooks, one path per type, each answered by one plain line; and its metrics",
    routes: [...hookTypes.map((type) => hookRoute(type, hooks[type], deps)), metricTemplateRoute(deps)],
  }
}

function hookRoute(type: HookType, hook: Hook, { log }: FlaggerRouteDeps): Route {
  return route({
    method: 'post',
    path: `/v1/flagger/${type}`,
    operationId: `flagger-${type}`,
    summary: summaries[type],
    roles: ['judge'],
    limit: 'none',
    params: noInput,
    query: noInput,
    body: { form: 'json', types: jsonTypes, schema: flaggerSchema, size: 'normal' },
    answers: Object.fromEntries(
      Object.entries({ 200: type === 'rollback' ? 'Roll back at once' : 'Go on', ...refusals[type] }).map(
        ([status, description]) => [status, { description, type: 'text/plain' }],
      ),
    ),
    async handle({ body, caller }) {
      checkNamespace(caller, body.namespace)
      const call = toHookCall(body, type)
      return orTryAgain(() => hook(call), log)
    },
  })
}

const summaries: Readonly<Record<HookType, string>> = {
  'confirm-rollout': 'Before a rollout: whether a person holds it',
  'pre-rollout': 'Before the canary gets traffic: opens the run',
  rollout: 'At each tick with traffic: judges, and stops a canary that fails',
  'confirm-traffic-increase': 'Whether the canary may get more traffic',
  'confirm-promotion': 'Whether the canary may become the stable version',
  'post-rollout': 'After a rollout: closes the run',
  rollback: 'Inverted: 200 rolls back at once, anything else does not',
  event: "Takes the canary's weight from Flagger's events",
}

const fails = 'The canary fails, or a person rejected it'
const tooEarly = 'The canary is not shown to be good enough yet, or a person must decide'

const refusals: Readonly<Record<HookType, Readonly<Record<number, string>>>> = {
  'confirm-rollout': { 425: 'A person holds the rollout' },
  'pre-rollout': {},
  rollout: { 412: fails },
  'confirm-traffic-increase': { 412: fails, 425: tooEarly },
  'confirm-promotion': { 412: fails, 425: tooEarly },
  'post-rollout': {},
  rollback: { 409: 'No rollback' },
  event: {},
}

const retryAfterSeconds = 2

/** Answers 503 for failures of this service: Flagger then tries again, as often as its manifest says. */
async function orTryAgain(answer: () => Promise<Answer>, log: Log): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof AppError && !ourFaults.has(error.code)) throw error
    log.error({ err: error }, 'a hook of Flagger failed for an unexpected reason')
    const headers = { 'Retry-After': String(retryAfterSeconds) }
    return { ...line(503, 'internal: Internal error'), headers }
  }
}

const ourFaults: ReadonlySet<string> = new Set(['internal', 'timeout', 'store-unavailable', 'conflict'])
