import { z } from 'zod'
import type { Policy } from '../../engine/model/policy.ts'
import type { WrittenPolicy } from '../../formats/policy/extend-policy.ts'
import type { FieldIssue } from '../../errors.ts'
import { unknownSources } from '../../judge/judge.ts'
import type { LoadedPolicy, PolicyLibrary } from '../../judge/ports/ports.ts'
import { jsonTypes, yamlTypes } from '../../http/body/decode-text.ts'
import { issueSchema } from '../../http/problems/problem-schema.ts'
import { noBody, noInput } from '../../http/request/no-input.ts'
import { route, type RouteGroup } from '../../http/route.ts'
import { diagnosisSchema, probe, type ProbeDeps, probeQuery } from './policy-probe.ts'

export interface PolicyDeps extends ProbeDeps {
  readonly policies: PolicyLibrary
  /** The sources that are configured now; a reload may change them. */
  readonly sourceNames: () => readonly string[]
  readonly parsePolicy: (text: string) => Promise<{
    readonly policy: Policy
    readonly digest: string
    readonly warnings: readonly FieldIssue[]
    readonly written: WrittenPolicy
  }>
}

const policyListSchema = z
  .strictObject({
    default: z.string().optional().describe('Used where a request names none'),
    policies: z.array(
      z.strictObject({
        name: z.string(),
        digest: z.string(),
        origin: z.enum(['bundled', 'user']),
        file: z.string(),
        metrics: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
        warnings: z.array(issueSchema),
      }),
    ),
  })
  .meta({ id: 'PolicyList' })

const checkedPolicySchema = z
  .strictObject({
    valid: z.literal(true),
    digest: z.string(),
    warnings: z.array(issueSchema),
    policy: z.looseObject({ name: z.string() }).describe('With every default filled in'),
    from: z
      .record(z.string(), z.string())
      .describe('The policy that each key comes from; a key that is missing here has its default'),
    probe: diagnosisSchema
      .optional()
      .describe('What the sources hold for the workload named in the query, and why they hold nothing'),
  })
  .meta({ id: 'CheckedPolicy' })

export function policyRoutes(deps: PolicyDeps): RouteGroup {
  const { policies, parsePolicy, sourceNames } = deps
  const unknown = (policy: Policy): readonly FieldIssue[] => unknownSources(policy, sourceNames())
  return {
    name: 'policies',
    description: 'What is compared, and how strictly',
    routes: [
      route({
        method: 'get',
        path: '/v1/policies',
        operationId: 'listPolicies',
        summary: 'The policies that are loaded',
        roles: ['read', 'judge'],
        limit: 'read',
        params: noInput,
        query: noInput,
        body: noBody,
        answers: {
          200: { description: 'By name', type: 'application/json', schema: policyListSchema },
        },
        handle: () => ({
          status: 200,
          json: {
            ...(policies.defaultName !== undefined && { default: policies.defaultName }),
            policies: policies.list().map((loaded) => toJson(loaded, unknown(loaded.policy))),
          },
        }),
      }),
      route({
        method: 'post',
        path: '/v1/policies/validate',
        operationId: 'validatePolicy',
        summary:
          'Checks a policy file without loading it; with namespace and name, also asks the sources what it would get',
        roles: ['read', 'judge'],
        limit: 'read',
        params: noInput,
        query: probeQuery,
        body: {
          form: 'text',
          types: [...yamlTypes, ...jsonTypes],
          schema: z.string().meta({ id: 'PolicyFile', description: 'A policy in YAML or JSON' }),
          size: 'normal',
        },
        answers: {
          200: { description: 'Valid', type: 'application/json', schema: checkedPolicySchema },
        },
        async handle({ body, query, ...request }) {
          const { policy, digest, written, ...parsed } = await parsePolicy(body)
          const warnings = [...parsed.warnings, ...unknown(policy)]
          const probed = await probe(policy, query, request, deps)
          return {
            status: 200,
            json: {
              valid: true,
              digest,
              warnings,
              policy,
              from: written.from,
              ...(probed !== undefined && { probe: probed }),
            },
          }
        },
      }),
    ],
  }
}

const toJson = ({ policy, digest, origin, file, warnings }: LoadedPolicy, more: readonly FieldIssue[]) => ({
  name: policy.name,
  digest,
  origin,
  file,
  metrics: policy.metrics.map(({ name, kind }) => ({ name, kind })),
  warnings: [...warnings, ...more],
})
