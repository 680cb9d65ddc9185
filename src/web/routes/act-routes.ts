import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { visibleRun } from '../../http/auth/namespace-access.ts'
import { formType } from '../../http/body/decode-text.ts'
import type { HttpSettings } from '../../http/http-settings.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { type Answer, route, type Route, type RouteBody } from '../../http/route.ts'
import { idParams, text } from '../../http/schemas/fields.ts'
import { recordDecision, type RecordDecisionDeps } from '../../judge/judge.ts'
import { pageAnswer, pageHeaders } from '../parts/frame.ts'
import { safeNext, signInPage } from '../pages/sign-in-page.ts'
import { basePath } from './visit-of.ts'

export interface ActDeps extends RecordDecisionDeps {
  readonly settings: () => HttpSettings
}

/** The routes for the forms of pages. Each runs the same code as the API. */
export const actRoutes = (deps: ActDeps): readonly Route[] => [
  showSignIn(deps),
  signIn(deps),
  signOut(deps),
  decide(deps),
]

const form = <B extends z.ZodObject>(schema: B): RouteBody<B> => ({
  form: 'form',
  types: [formType],
  schema,
  size: 'normal',
})

const goesOn = { 303: { description: 'Leads to the page that shows it', type: 'text/html' } } as const

const leadTo = (path: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 303,
  type: 'text/html; charset=utf-8',
  content: '',
  headers: { ...headers, Location: path },
})

function showSignIn({ settings }: ActDeps): Route {
  return route({
    method: 'get',
    path: '/sign-in',
    operationId: 'showSignIn',
    summary: 'Where people sign in with a token',
    roles: [],
    limit: 'read',
    params: noInput,
    query: z.strictObject({ next: z.string().max(2000).default('/') }),
    body: noBody,
    answers: { 200: { description: 'A page', type: 'text/html' } },
    async handle({ query, session }) {
      const visit = { base: basePath(settings()), csrf: await session.formToken() }
      return pageAnswer(signInPage(visit, safeNext(query.next)))
    },
  })
}

function signIn({ settings }: ActDeps): Route {
  return route({
    method: 'post',
    path: '/sign-in',
    operationId: 'signIn',
    summary: 'Turns a token into a session',
    hidden: true,
    roles: [],
    limit: 'read',
    params: noInput,
    query: noInput,
    body: form(z.strictObject({ token: text(1024), next: z.string().max(2000).default('/') })),
    answers: goesOn,
    async handle({ body, session }) {
      const [base, next] = [basePath(settings()), safeNext(body.next)]
      try {
        const cookie = await session.begin(body.token.trim())
        return leadTo(`${base}${next}`, { 'Set-Cookie': cookie })
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error
        const visit = { base, csrf: await session.formToken() }
        const again = pageAnswer(signInPage(visit, next, 'This token is not one of those configured.'))
        return {
          ...again,
          status: 401,
          headers: { ...pageHeaders, 'WWW-Authenticate': 'Bearer realm="canary-judge"' },
        }
      }
    },
  })
}

function signOut({ settings }: ActDeps): Route {
  return route({
    method: 'post',
    path: '/sign-out',
    operationId: 'signOut',
    summary: 'Ends a session',
    hidden: true,
    roles: [],
    limit: 'none',
    params: noInput,
    query: noInput,
    body: form(noInput),
    answers: goesOn,
    handle: ({ session }) => leadTo(`${basePath(settings())}/sign-in`, { 'Set-Cookie': session.end() }),
  })
}

const ticked = z.literal('yes').exactOptional()

function decide(deps: ActDeps): Route {
  return route({
    method: 'post',
    path: '/runs/{id}/decisions',
    operationId: 'decideOnPage',
    summary: 'The same as POST /v1/runs/{id}/decisions, as the form of a page',
    hidden: true,
    roles: ['decide'],
    limit: 'decide',
    params: idParams,
    query: noInput,
    body: form(
      z.strictObject({
        decision: z.enum(['approve', 'reject', 'hold', 'clear']),
        reason: text(1000),
        whole: ticked,
        override: ticked,
      }),
    ),
    answers: goesOn,
    async handle({ params, body, caller }) {
      const run = await visibleRun(deps.store(), caller, params.id)
      await recordDecision(deps, {
        namespace: run.namespace,
        name: run.name,
        run,
        decision: body.decision,
        reason: body.reason,
        scope: body.whole === undefined ? 'step' : 'run',
        override: body.override !== undefined,
        by: caller.name,
      })
      return leadTo(`${basePath(deps.settings())}/runs/${encodeURIComponent(run.id)}#decisions`)
    },
  })
}
