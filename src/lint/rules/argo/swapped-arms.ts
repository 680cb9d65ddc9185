import { judgesIn } from '../../facts/argo-metric.ts'
import { type Analysis, declaredArg } from '../../facts/argo-analysis.ts'
import { analysesOf } from '../../facts/argo-rollout.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Node } from '../../model/node.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const swappedArms: Rule = {
  name: 'swapped-arms',
  severity: 'error',
  kinds: ['Rollout'],
  finds: "an analysis that gives the judge stable's hash as the canary's, or the other way round, or none",
  why: 'With the hashes swapped a bad canary looks good and a good one bad. Without a value Argo Rollouts cannot start the analysis.',
  mend: 'canaryHash is podTemplateHashValue Latest, stableHash is Stable; in an experiment the hashes of its templates.',
  check: (rollout, surroundings) =>
    analysesOf(rollout, surroundings).flatMap((analysis) =>
      judgesIn(analysis).flatMap(({ template, metric }) =>
        [['canaryHash', 'Latest'] as const, ['stableHash', 'Stable'] as const].flatMap(([field, wanted]) =>
          inHash(metric.at('provider', 'web', 'jsonBody', field), wanted, { analysis, template }),
        ),
      ),
    ),
}

interface Asked {
  readonly analysis: Analysis
  readonly template: Manifest
}

function inHash(field: Node, wanted: string, { analysis, template }: Asked): readonly Spotted[] {
  const name = /^\{\{\s*args\.([\w-]+)\s*\}\}$/.exec(field.text ?? '')?.[1]
  if (name === undefined) return []
  const arg = analysis.args.get(name)
  if (arg === undefined) {
    const declared = declaredArg(name, template)
    const hasValue = declared?.at('value').exists === true || declared?.at('valueFrom').exists === true
    return hasValue ? [] : [{ at: analysis.at, message: `the arg ${name} has no value` }]
  }
  const value = arg.at('valueFrom', 'podTemplateHashValue')
  return value.exists && value.text !== wanted
    ? [{ at: value, message: `${name} is that of ${value.text ?? 'nothing'}, expected ${wanted}` }]
    : []
}
