import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { visibleRun, visibleVerdict } from '../../http/auth/namespace-access.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type Route, type RouteContext, type RouteGroup } from '../../http/route.ts'
import { afterField, idParams, nameField, namespaceField } from '../../http/schemas/fields.ts'
import type { PolicyLibrary } from '../../judge/ports/ports.ts'
import { type ActDeps, actRoutes } from './act-routes.ts'
import { pageAnswer, type Visit } from '../parts/frame.ts'
import { pageScript } from '../parts/page-script.ts'
import { policiesPage, policyPage } from '../pages/policies-page.ts'
import { readRollouts } from '../reading/read-rollouts.ts'
import { readRun } from '../reading/read-run.ts'
import { namespacesPage, rolloutsPage } from '../pages/rollouts-page.ts'
import { createRunStates } from '../reading/run-states.ts'
import type { ForecastPlan } from '../reading/read-plan.ts'
import { showPlan } from './plan-route.ts'
import { runEvents } from './run-events.ts'
import { runPage } from '../pages/run-page.ts'
import { verdictPage } from '../pages/verdict-page.ts'
import { visitOf } from './visit-of.ts'

export interface PageDeps extends ActDeps {
  readonly policies: PolicyLibrary
  readonly forecast: ForecastPlan
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal
}

const page = {
  roles: ['read'],
  limit: 'read',
  method: 'get',
  body: noBody,
  answers: { 200: { description: 'A page', type: 'text/html' } },
} as const

/** The pages for people; tokens have the same rights as with the API. */
export function pageRoutes(deps: PageDeps): RouteGroup {
  return {
    name: 'pages',
    description: 'Rollouts, verdicts and policies for people',
    routes: [
      showRollouts(deps),
      showRun(deps),
      followRun(deps),
      showPolicyOfRun(deps),
      showVerdict(deps),
      showPolicies(deps),
      showPolicy(deps),
      showPlan(deps),
      pageScriptRoute(),
      ...actRoutes(deps),
    ],
  }
}

const visit = (deps: PageDeps, context: RouteContext): Promise<Visit> => visitOf(deps.settings, context)

/** A form sends its empty fields too, and they count as absent. */
const optional = <T extends z.ZodType>(field: T) =>
  z.union([z.literal('').transform(() => undefined), field]).exactOptional()

function showRollouts(deps: PageDeps): Route {
  return route({
    ...page,
    path: '/',
    operationId: 'showRollouts',
    summary: 'Rollouts as a page, those that go on first',
    params: noInput,
    query: z.strictObject({
      namespace: optional(namespaceField),
      name: optional(nameField),
      verdict: optional(z.enum(['pass', 'fail', 'inconclusive'])),
      open: optional(z.enum(['true', 'false']).transform((open) => open === 'true')),
      after: optional(afterField),
    }),
    async handle({ query, ...context }) {
      const { caller } = context
      const visiting = await visit(deps, context)
      const { namespaces = [] } = caller
      if (query.namespace === undefined && namespaces.length > 1) {
        return pageAnswer(namespacesPage(visiting, namespaces))
      }
      const read = (open: boolean) => readRollouts(deps.store(), caller, { ...query, open })
      return pageAnswer(
        rolloutsPage({
          visit: visiting,
          filter: query,
          ...(query.open !== false && { open: await read(true) }),
          ...(query.open !== true && { closed: await read(false) }),
        }),
      )
    },
  })
}

function showRun(deps: PageDeps): Route {
  return route({
    ...page,
    path: '/runs/{id}',
    operationId: 'showRun',
    summary: 'One rollout as a page',
    params: idParams,
    query: noInput,
    handle: async ({ params, ...context }) =>
      pageAnswer(runPage(await visit(deps, context), await readRun(deps.store(), context.caller, params.id))),
  })
}

/** Each reader holds a connection. */
const maxFollowers = 100

function followRun({ store, stopping }: PageDeps): Route {
  let followers = 0
  const read = createRunStates(store)
  return route({
    ...page,
    path: '/runs/{id}/events',
    operationId: 'followRun',
    summary: 'Server-sent events: `changed` whenever the page of the run has changed',
    params: idParams,
    query: z.strictObject({ seen: z.string().max(300).default('') }),
    answers: { 200: { description: 'Events, until the run ends', type: 'text/event-stream' } },
    async handle({ params, query, caller, signal }) {
      const run = await visibleRun(store(), caller, params.id)
      if (stopping.aborted) throw new AppError('shutting-down', 'this replica is stopping')
      if (followers >= maxFollowers) {
        const message = `expected at most ${maxFollowers} readers who follow a run, got more`
        throw new AppError('overloaded', message, { retryAfter: 10 })
      }
      followers += 1
      signal.addEventListener('abort', () => (followers -= 1), { once: true })
      const ended = AbortSignal.any([signal, stopping])
      return {
        status: 200,
        type: 'text/event-stream',
        pieces: runEvents({ read, run, ...query, signal: ended }),
      }
    },
  })
}

function showPolicyOfRun({ store }: PageDeps): Route {
  return route({
    ...page,
    path: '/runs/{id}/policy.yaml',
    operationId: 'showPolicyOfRun',
    summary: 'The policy that a run began with, with every default written out, for `replay`',
    params: idParams,
    query: noInput,
    answers: { 200: { description: 'The policy', type: 'application/yaml' } },
    async handle({ params, caller }) {
      const run = await visibleRun(store(), caller, params.id)
      const content = await store().loadPolicy(run.policyDigest)
      if (content !== undefined) return { status: 200, type: 'application/yaml; charset=utf-8', content }
      throw new AppError('not-found', `expected the policy of "${run.id}" to be kept, got none`)
    },
  })
}

function showVerdict(deps: PageDeps): Route {
  return route({
    ...page,
    path: '/verdicts/{id}',
    operationId: 'showVerdict',
    summary: 'One verdict as a page',
    params: idParams,
    query: noInput,
    async handle({ params, ...context }) {
      const verdict = await visibleVerdict(deps.store(), context.caller, params.id)
      return pageAnswer(verdictPage(await visit(deps, context), verdict))
    },
  })
}

function showPolicies(deps: PageDeps): Route {
  return route({
    ...page,
    path: '/policies',
    operationId: 'showPolicies',
    summary: 'The policies as a page',
    params: noInput,
    query: noInput,
    handle: async (context) => pageAnswer(policiesPage(await visit(deps, context), deps.policies)),
  })
}

function showPolicy(deps: PageDeps): Route {
  return route({
    ...page,
    path: '/policies/{id}',
    operationId: 'showPolicy',
    summary: 'One policy as a page, with every default written out',
    params: idParams,
    query: noInput,
    async handle({ params, ...context }) {
      const loaded = deps.policies.list().find(({ policy }) => policy.name === params.id)
      if (loaded !== undefined) return pageAnswer(policyPage(await visit(deps, context), loaded))
      throw new AppError('not-found', `expected the name of a loaded policy, got "${params.id}"`)
    },
  })
}

function pageScriptRoute(): Route {
  const type = 'text/javascript; charset=utf-8'
  return route({
    ...page,
    roles: [],
    limit: 'none',
    path: '/docs/pages.js',
    operationId: 'showPageScript',
    summary: 'Part of the pages',
    hidden: true,
    params: noInput,
    query: noInput,
    answers: { 200: { description: 'The script', type } },
    handle: () => ({ status: 200, type, content: pageScript }),
  })
}
