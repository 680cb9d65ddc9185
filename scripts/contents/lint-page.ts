import { allRules } from '../../src/lint/rules/rules.ts'
import type { FileRule, Rule } from '../../src/lint/model/rule.ts'
import { examples, textOf } from '../../test/lint/examples.ts'
import { formatPage } from './format-page.ts'
import { lineDiff } from './line-diff.ts'

const head = `# Lint

\`canary-judge lint\` finds mistakes in Rollouts, AnalysisTemplates, ClusterAnalysisTemplates, Canaries, MetricTemplates, Deployments and [policies](policies.md) before they cost a release. It reads files, and neither a cluster nor Prometheus; nothing is sent anywhere.

\`\`\`sh
canary-judge lint deploy/
helm template web charts/web | canary-judge lint -
kustomize build overlays/production | canary-judge lint -
\`\`\`

Each finding has its file, line and rule, why it matters, and how to mend it:

\`\`\`
deploy/web.yaml
  43:72  error    swapped-arms  Rollout web
         canaryHash is that of Stable, expected Latest
         why   With the hashes swapped a bad canary looks good and a good one bad. …
         mend  canaryHash is podTemplateHashValue Latest, stableHash is Stable; …

1 error in 2 objects of 1 file
\`\`\`

| exit code | meaning                                            |
| --------- | -------------------------------------------------- |
| 0         | no error was found; warnings and notes do not count |
| 1         | an error was found                                 |
| 3         | nothing was read: wrong usage, no such file, no object of these kinds in it, or only templates of Helm |

- \`--format text\` is for people, in colors on a terminal unless \`NO_COLOR\` is set. \`json\` is one object. \`sarif\` is SARIF 2.1.0, as code scanning reads it. \`github\` writes workflow commands, which GitHub shows beside the lines of a pull request.
- \`--rps 20 --error-rate 0.5\` is the traffic of the service: then \`too-fast\` finds rollouts that are over before three times the errors would fail the canary in 80 % of them, as \`canary-judge plan\` forecasts it for the policy that the rollout names. Where the files do not have that policy, a line says so, and the default rules take its place. Without \`--rps\` it finds those of less than ten minutes.
- \`--ignore too-fast,missing-probe\` leaves rules out.
- A folder is read with all \`.yaml\` and \`.yml\` files in it. Policies in the data of a ConfigMap are read too. Objects of other kinds are left out, and so are patches of kustomize, which lack what other files have: lint what \`kustomize build\` prints.
- An object of Kubernetes is read as \`kubectl\` reads it: a plain \`no\`, \`off\` or \`n\` is false, and 010 is eight. A policy is read as the service reads it, where these are texts.
- A Rollout finds its templates and its policy by their names, in the same file, else in the same folder, else among all files, and so does a policy the one that it extends; a Canary finds its MetricTemplates by name and namespace. What is not among the files is not judged: a template that is only in the cluster, the values of args that Argo Rollouts fills in, a policy that only the service has. The bundled policies are known.

Whether Prometheus really has the series is the question of [\`canary-judge doctor\`](debugging.md), and what a plan finds at your traffic that of \`canary-judge plan\`.

## Rules

`

/** The page of all rules, from the rules themselves. */
export async function lintPage(): Promise<string> {
  return formatPage('docs/lint.md', `${head}${table()}\n${allRules.map(section).join('\n')}`)
}

function table(): string {
  const rows = allRules.map(
    ({ name, severity, finds }) => `| [\`${name}\`](#${name}) | ${severity} | ${finds} |`,
  )
  return `| rule | | finds |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

const section = (rule: FileRule | Rule): string => `### ${rule.name}

A${rule.severity === 'error' ? 'n' : ''} ${rule.severity}${'kinds' in rule ? ` in ${listed(rule.kinds)}` : ''}: ${rule.finds}.

${rule.why}

**Mend it:** ${rule.mend}

${exampleOf(rule.name)}`

/** The first example of the tests: what is wrong, and what stands there when it is mended. */
function exampleOf(name: string): string {
  const example = examples.find(({ rule }) => rule === name)
  if (example === undefined) return ''
  const diff = lineDiff(textOf(example, example.broken), textOf(example, example.mended ?? []))
  return `\`\`\`diff\n${diff}\n\`\`\`\n`
}

function listed(kinds: readonly string[]): string {
  const named = kinds.map(
    (kind) => `${kind.startsWith('A') ? 'an' : 'a'} ${kind === 'Policy' ? 'policy' : kind}`,
  )
  return named.length === 1 ? named.join() : `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`
}
