import type { FileRule } from '../../model/rule.ts'

export const unrendered: FileRule = {
  name: 'unrendered-template',
  severity: 'warning',
  finds: 'a template of Helm that was not rendered',
  why: 'Only the rendered manifest says what the controllers will get, so no rule can look into the template.',
  mend: 'Give lint the rendered manifests: `helm template CHART | canary-judge lint -`.',
}
