import { chromiumMissing } from './chromium.ts'
import { goToolMissing } from './go-tools.ts'
import { kustomizeMissing } from './kustomize.ts'
import { postgresMissing } from './postgres.ts'
import { prometheusMissing } from './prometheus.ts'
import { kubectlMissing, realClusterMissing, shellsMissing, toolsMissing } from './tools.ts'

/** Vitest's global setup and teardown: the last lines of a run say what was skipped for lack of a part. */
export function setup(): () => void {
  return () => {
    process.stdout.write(
      missingText([
        prometheusMissing(),
        postgresMissing(),
        chromiumMissing(),
        toolsMissing(),
        kubectlMissing(),
        shellsMissing(),
        realClusterMissing(),
        goToolMissing('helm'),
        goToolMissing('actionlint'),
        kustomizeMissing(),
      ]),
    )
  }
}

/** Empty when no part is missing. */
export function missingText(reasons: readonly (string | undefined)[]): string {
  return reasons
    .filter((reason) => reason !== undefined)
    .map((reason) => `Some tests were skipped: ${reason}\n`)
    .join('')
}
