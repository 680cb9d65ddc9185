import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const isThere = (tool: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)))

/** Why the transcripts are not played; undefined when the tools that they use are installed. */
export function toolsMissing(): string | undefined {
  const missing = ['curl', 'jq'].filter((tool) => !isThere(tool))
  if (missing.length === 0) return undefined
  const are = missing.length === 1 ? 'is' : 'are'
  return `${missing.join(' and ')} ${are} not installed; get them with: apt-get install ${missing.join(' ')}`
}

/** Why the completion of commands is tried in bash alone; undefined when zsh and fish are installed. */
export function shellsMissing(): string | undefined {
  const missing = ['zsh', 'fish'].filter((shell) => !isThere(shell))
  return missing.length === 0
    ? undefined
    : `not every shell is installed; get them with: apt-get install ${missing.join(' ')}`
}

/** Why releases with plain Deployments are not tried; undefined when kubectl is installed. */
export const kubectlMissing = (): string | undefined =>
  isThere('kubectl') ? undefined : 'kubectl is not installed; get it with: apt-get install kubernetes-client'

/** Why releases are not tried on a real API server; undefined when a kubeconfig for one is named. */
export const realClusterMissing = (): string | undefined =>
  process.env['TEST_KUBECONFIG'] === undefined
    ? 'TEST_KUBECONFIG names no kubeconfig of a cluster in which tests may make namespaces'
    : undefined
