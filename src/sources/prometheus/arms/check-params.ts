import { AppError } from '../../../errors.ts'
import type { Policy, Selection } from '../../../engine/model/policy.ts'
import { placeholdersOf } from '../queries/fill-placeholders.ts'

/** The parameters of all presets. A manifest serves several presets, so one that this preset does not use is no mistake. */
export const presetParams = [
  'canaryService',
  'canaryVersion',
  'controller',
  'ingress',
  'kind',
  'port',
  'provider',
  'reporter',
  'service',
  'stableService',
  'stableVersion',
  'target',
] as const

/** Refuses a parameter that no preset and no selection uses, and reports one that the policy needs and did not get. */
export function checkParams(policy: Policy, params: Readonly<Record<string, string>>): void {
  const selections = [policy.select, ...policy.metrics.flatMap(({ select }) => select ?? [])]
  const named = [...new Set(selections.flatMap(paramsNamedIn))]
  const given = Object.keys(params).filter((key) => params[key] !== '')
  const known: readonly string[] = [...new Set([...presetParams, ...named])].toSorted()
  const issues = [
    ...given
      .filter((key) => !known.includes(key))
      .map((key) => ({
        path: `params.${key}`,
        message: `expected one of ${known.join(', ')}, got "${key}"`,
      })),
    ...named
      .filter((key) => !given.includes(key))
      .map((key) => ({
        path: `params.${key}`,
        message: `expected a value, since policy "${policy.name}" selects by it, got nothing`,
      })),
  ]
  const [first] = issues
  if (first === undefined) return
  throw new AppError('bad-request', `${first.path}: ${first.message}`, { issues })
}

function paramsNamedIn(selection: Selection): readonly string[] {
  const { where = {} } = selection
  const arms = 'preset' in selection ? [] : [selection.canary, selection.stable]
  return [...arms, where].flatMap((labels) => Object.values(labels).flatMap(placeholdersOf))
}
