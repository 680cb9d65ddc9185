import type { Role } from '../../src/http/auth/roles.ts'

/** What a route must refuse. It is written here a second time, apart from the definition of the route. */
export interface Refusals {
  readonly roles: readonly Role[]
  /** A valid body about shop/web; undefined = the route takes no body. */
  readonly body?: object | string
  /** The page with the form for this route; the test adds the token of the form. */
  readonly form?: string
  /** True: other fields than those of `body` are not a mistake. */
  readonly loose?: true
  /** The path of a request about something in `shop`, when no body names it. */
  readonly address?: string
  /** The status for a token of another namespace; undefined = the request names no namespace. */
  readonly elsewhere?: 403 | 404
}

const shopWeb = { namespace: 'shop', name: 'web' }
const hook: Refusals = {
  roles: ['judge'],
  body: { ...shopWeb, phase: 'Progressing', checksum: 'b' },
  loose: true,
  elsewhere: 403,
}
const gate: Refusals = { roles: ['decide'], body: shopWeb, loose: true, elsewhere: 403 }
const gateCheck: Refusals = { ...gate, roles: ['judge', 'decide'] }
const decision = { decision: 'hold', reason: 'because' }
const open: Refusals = { roles: [] }
const revisions = { canary: { revision: 'b' }, stable: { revision: 'a' } }
const policy = 'name: web\nmetrics: [{name: errors, kind: errors}]'

export const routeTable: Readonly<Record<string, Refusals>> = {
  'POST /v1/judge': { roles: ['judge'], body: { ...shopWeb, ...revisions }, elsewhere: 403 },
  'POST /v1/argo': {
    roles: ['judge'],
    body: { ...shopWeb, canaryHash: 'b', stableHash: 'a' },
    elsewhere: 403,
  },
  'POST /v1/flagger/confirm-rollout': hook,
  'POST /v1/flagger/pre-rollout': hook,
  'POST /v1/flagger/rollout': hook,
  'POST /v1/flagger/confirm-traffic-increase': hook,
  'POST /v1/flagger/confirm-promotion': hook,
  'POST /v1/flagger/post-rollout': hook,
  'POST /v1/flagger/rollback': hook,
  'POST /v1/flagger/event': hook,
  'GET /prometheus/api/v1/query': {
    roles: ['judge'],
    address: `/prometheus/api/v1/query?query=${encodeURIComponent('canary_judge_fail{namespace="shop",name="web"}')}`,
    elsewhere: 403,
  },
  'GET /v1/runs': { roles: ['read', 'decide'], address: '/v1/runs?namespace=shop', elsewhere: 403 },
  'GET /v1/runs.csv': { roles: ['read', 'decide'], address: '/v1/runs.csv?namespace=shop', elsewhere: 403 },
  'GET /v1/runs.jsonl': {
    roles: ['read', 'decide'],
    address: '/v1/runs.jsonl?namespace=shop',
    elsewhere: 403,
  },
  'GET /v1/runs/{id}': { roles: ['read', 'decide'], address: '/v1/runs/run-1', elsewhere: 404 },
  'GET /v1/verdicts/{id}': { roles: ['read', 'decide'], address: '/v1/verdicts/v-1', elsewhere: 404 },
  'GET /v1/verdicts/{id}/recording': {
    roles: ['read', 'decide'],
    address: '/v1/verdicts/v-1/recording',
    elsewhere: 404,
  },
  'POST /v1/runs/{id}/decisions': {
    roles: ['decide'],
    body: decision,
    address: '/v1/runs/run-1/decisions',
    elsewhere: 404,
  },
  'POST /v1/decisions': { roles: ['decide'], body: { ...shopWeb, ...decision }, elsewhere: 403 },
  'POST /gate/approve': { roles: ['judge', 'decide'] },
  'POST /gate/halt': { roles: ['judge', 'decide'] },
  'POST /gate/check': gateCheck,
  'POST /gate/open': gate,
  'POST /gate/close': gate,
  'POST /rollback/check': gateCheck,
  'POST /rollback/open': gate,
  'POST /rollback/close': gate,
  'GET /v1/policies': { roles: ['read', 'judge', 'decide'] },
  'POST /v1/policies/validate': {
    roles: ['read', 'judge', 'decide'],
    body: policy,
    address: '/v1/policies/validate?namespace=shop&name=web',
    elsewhere: 403,
  },
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /decide': open,
  'POST /decide': open,
  'GET /metrics': open,
  'GET /openapi.json': open,
  'GET /': { roles: ['read', 'decide'], address: '/?namespace=shop', elsewhere: 403 },
  'GET /runs/{id}': { roles: ['read', 'decide'], address: '/runs/run-1', elsewhere: 404 },
  'GET /runs/{id}/events': { roles: ['read', 'decide'], address: '/runs/run-1/events', elsewhere: 404 },
  'GET /runs/{id}/policy.yaml': {
    roles: ['read', 'decide'],
    address: '/runs/run-1/policy.yaml',
    elsewhere: 404,
  },
  'GET /verdicts/{id}': { roles: ['read', 'decide'], address: '/verdicts/v-1', elsewhere: 404 },
  'GET /policies': { roles: ['read', 'decide'] },
  'GET /plan': { roles: ['read', 'decide'] },
  'GET /v1/plan': { roles: ['read', 'decide'] },
  'GET /policies/{id}': { roles: ['read', 'decide'], address: '/policies/application' },
  'GET /sign-in': open,
  'POST /sign-in': { roles: [], body: 'token=root-token-0123456789', form: '/sign-in' },
  'POST /sign-out': { roles: [], body: '', form: '/sign-in' },
  'POST /runs/{id}/decisions': {
    roles: ['decide'],
    body: 'decision=hold&reason=because',
    form: '/runs/run-1',
    address: '/runs/run-1/decisions',
    // This token cannot read the page of the run, and so gets no token for its form.
    elsewhere: 403,
  },
  'GET /docs/pages.js': open,
  'GET /docs': open,
  'GET /docs/errors': open,
  'GET /docs/reasons': open,
  'GET /docs/start.js': open,
  'GET /docs/swagger-ui.css': open,
  'GET /docs/swagger-ui-bundle.js': open,
  'GET /docs/favicon-32x32.png': open,
}
