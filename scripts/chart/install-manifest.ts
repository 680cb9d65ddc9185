import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const chart = fileURLToPath(new URL('../../charts/canary-judge', import.meta.url))

const head = `# canary-judge for those without Helm: what the chart makes of its defaults, one replica on SQLite. Made by
# \`npm run install-manifest\`. The pod waits for its tokens:
#
#   kubectl apply -f install.yaml
#   kubectl -n canary-judge create secret generic canary-judge-tokens --from-literal=judge="$(openssl rand -hex 32)" \\
#     --from-literal=read="$(openssl rand -hex 32)" --from-literal=decide="$(openssl rand -hex 32)"
---
apiVersion: v1
kind: Namespace
metadata:
  name: canary-judge
  labels:
    pod-security.kubernetes.io/enforce: restricted
`

/** Makes the text of charts/install.yaml with helm, which must be installed. */
export function installManifest(): string {
  const flags = ['--namespace', 'canary-judge', '--skip-tests']
  const values = ['tokens.existingSecret=canary-judge-tokens', 'persistence.keep=false']
  const rendered = execFileSync(
    'helm',
    ['template', 'canary-judge', chart, ...flags, ...values.flatMap((value) => ['--set', value])],
    { encoding: 'utf8' },
  )
  // Helm does not manage these objects, so the labels that say so are removed.
  return head + rendered.replaceAll(/^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm, '')
}
