import { z } from 'zod'
import type { HttpSettings } from '../../http/http-settings.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { type Answer, route, type RouteGroup } from '../../http/route.ts'
import { pageHeaders } from '../../web/parts/frame.ts'
import { basePath } from '../../web/routes/visit-of.ts'
import { decideByLink, type LinkDeps, openLink } from './decide-by-link.ts'
import { confirmPage, decidedPage } from './decide-page.ts'

export interface LinkRouteDeps extends LinkDeps {
  readonly settings: () => HttpSettings
}

/** In the query, which no log shows. */
const tokenQuery = z.strictObject({ token: z.string().min(1).max(2000) })

export function linkRoutes(deps: LinkRouteDeps): RouteGroup {
  const base = (): string => basePath(deps.settings())
  const shared = {
    // The signature in the link stands for a role.
    roles: [],
    limit: 'decide',
    path: '/decide',
    params: noInput,
    query: tokenQuery,
    body: noBody,
    answers: { 200: { description: 'A page', type: 'text/html' } },
  } as const
  return {
    name: 'links',
    description: 'Links in messages, by which people decide',
    routes: [
      route({
        ...shared,
        method: 'get',
        operationId: 'openDecisionLink',
        summary: 'Ask for confirmation; decides nothing',
        async handle({ query }) {
          const { signed, run, used } = await openLink(query.token, deps)
          return page(
            used === undefined
              ? confirmPage(base(), run, signed)
              : decidedPage(base(), { run, decision: used, isNew: false }),
          )
        },
      }),
      route({
        ...shared,
        method: 'post',
        operationId: 'decideByLink',
        summary: 'Approve or reject as the link says; a link works once',
        handle: async ({ query }) => page(decidedPage(base(), await decideByLink(query.token, deps))),
      }),
    ],
  }
}

/** The address contains the token, so no other page may learn it. */
const page = (content: string): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  content,
  headers: { ...pageHeaders, 'Referrer-Policy': 'no-referrer' },
})
