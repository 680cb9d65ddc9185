import { bundledPolicies } from '../../app/reload/policy-places.ts'
import { readPolicy } from '../../app/reload/read-policy.ts'
import { createPolicyLibrary } from '../../judge/judge.ts'
import type { LintOptions } from '../../lint/lint.ts'
import { readPolicies } from './read-policies.ts'

/** Policies are read as the service reads them, with the bundled ones and those beside them. */
export async function lintOptions(): Promise<LintOptions> {
  const library = createPolicyLibrary(readPolicy)
  const { take } = await library.read({ bundled: bundledPolicies })
  take()
  const bundled = new Map(library.list().map(({ policy }) => [policy.name, policy]))
  return {
    readPolicies: (policies) => readPolicies(policies, library.bases().bundled),
    bundledPolicy: (name) => bundled.get(name),
  }
}
