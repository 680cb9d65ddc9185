import type { Selection } from '../../engine/model/policy.ts'
import type { Node } from '../model/node.ts'
import type { Spotted } from '../model/rule.ts'

/** The preset `labels` finds pods by their labels `app` and `version`. */
export function missingPodLabels(
  selection: Extract<Selection, { preset: string }>,
  podTemplate: Node,
  name: string,
): readonly Spotted[] {
  if (selection.preset !== 'labels' || !podTemplate.exists) return []
  const labels = podTemplate.at('metadata', 'labels')
  const at = labels.exists ? labels : podTemplate
  const app = labels.at(selection.labels['app'] ?? 'app')
  return [
    ...(app.text === name
      ? []
      : [
          {
            at: app.exists ? app : at,
            message: `the policy looks for pods with the label app: ${name}, these have ${app.text ?? 'none'}`,
          },
        ]),
    ...(labels.at(selection.labels['version'] ?? 'version').exists
      ? []
      : [{ at, message: 'the policy looks for pods by their label version, these have none' }]),
  ]
}
