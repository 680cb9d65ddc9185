import { z } from 'zod'
import { AppError } from '../errors.ts'
import { visibleVerdict } from '../http/auth/namespace-access.ts'
import type { HttpSettings } from '../http/http-settings.ts'
import { noBody, noInput } from '../http/request/no-input.ts'
import { type Answer, route, type Route, type RouteGroup } from '../http/route.ts'
import { afterField, idParams, nameField, namespaceField } from '../http/schemas/fields.ts'
import type { PolicyLibrary, VerdictStore } from '../judge/ports/ports.ts'
import { pageHeaders } from './frame.ts'
import { pageScript } from './page-script.ts'
import { policiesPage, policyPage } from './policies-page.ts'
import { readRollouts } from './read-rollouts.ts'
import { readRun } from './read-run.ts'
import { namespacesPage, rolloutsPage } from './rollouts-page.ts'
import { runPage } from './run-page.ts'
import { verdictPage } from './verdict-page.ts'

export interface PageDeps {
  readonly store: () => VerdictStore
  readonly policies: PolicyLibrary
  readonly settings: () => HttpSettings
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
      showVerdict(deps),
      showPolicies(deps),
      showPolicy(deps),
      pageScriptRoute(),
    ],
  }
}

const basePath = ({ settings }: PageDeps): string =>
  new URL(settings().publicUrl ?? 'http://localhost').pathname.replace(/\/$/, '')

const htmlAnswer = (content: string): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  content,
  headers: pageHeaders,
})

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
    async handle({ query, caller }) {
      const base = basePath(deps)
      const { namespaces = [] } = caller
      if (query.namespace === undefined && namespaces.length > 1) {
        return htmlAnswer(namespacesPage(base, namespaces))
      }
      const read = (open: boolean) => readRollouts(deps.store(), caller, { ...query, open })
      return htmlAnswer(
        rolloutsPage({
          base,
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
    handle: async ({ params, caller }) =>
      htmlAnswer(runPage(basePath(deps), await readRun(deps.store(), caller, params.id))),
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
    async handle({ params, caller }) {
      const verdict = await visibleVerdict(deps.store(), caller, params.id)
      return htmlAnswer(verdictPage(basePath(deps), verdict))
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
    handle: () => htmlAnswer(policiesPage(basePath(deps), deps.policies)),
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
    handle({ params }) {
      const loaded = deps.policies.list().find(({ policy }) => policy.name === params.id)
      if (loaded !== undefined) return htmlAnswer(policyPage(basePath(deps), loaded))
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
