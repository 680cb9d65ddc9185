import type { Recording } from '../../engine/model/recording.ts'
import { parsePolicyObject } from '../../formats/policy/parse-policy.ts'
import type { PolicyLibrary } from '../ports/ports.ts'
import type { ActivePolicy } from '../model/active-policy.ts'

/**
 * The policy that the request names or holds, otherwise the default policy. Without any policy, each metric of the
 * recording is judged with the defaults of its kind.
 */
export function policyOfRecording(
  asked: string | object | undefined,
  recording: Recording,
  policies: Pick<PolicyLibrary, 'get' | 'defaultName'>,
): ActivePolicy {
  if (typeof asked === 'object') return parsePolicyObject(asked)
  if (asked !== undefined || policies.defaultName !== undefined) return policies.get(asked)
  const metrics = Object.entries(recording.metrics).map(([name, { kind }]) => ({ name, kind }))
  return parsePolicyObject({ name: 'recording', metrics })
}
