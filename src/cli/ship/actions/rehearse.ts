import type { Cluster } from '../cluster.ts'
import { isPause, nextAction, type Write } from './next-action.ts'
import { predict, settle } from './predict.ts'
import type { Release } from '../release.ts'
import { type Command, toCommand } from './to-command.ts'

/** All commands of a release in which every verdict is a pass, as lines for a shell. */
export function* rehearse(begun: Release, read: Cluster, flags: readonly string[]): Generator<string> {
  let release = begun
  let cluster = withoutVersions(read)
  const line = (action: Write): string => toShell(toCommand(action, release, cluster), flags)
  yield line({ kind: 'record', release })
  for (;;) {
    const action = nextAction(release, cluster, false)
    if (!isPause(action)) {
      yield line(action)
      cluster = predict(action, release, cluster)
      if (action.kind === 'record') ({ release } = action)
    } else if (action.kind === 'wait') {
      yield `# wait until ready: ${action.for.join(' ')}`
      cluster = settle(action.for, cluster)
    } else if (action.kind === 'judge') {
      yield `# ask the judge, at ${release.stages[release.stage]} %; what follows is for a pass`
      release = afterPass(release)
      yield line({ kind: 'record', release })
    } else return
  }
}

/** The next stage, or after the last one the promotion. */
export function afterPass(release: Release): Release {
  const isLast = release.stage === release.stages.length - 1
  return isLast ? { ...release, phase: 'promoting' } : { ...release, stage: release.stage + 1 }
}

/** By then the versions that were read will have changed, so they are left out. */
function withoutVersions(cluster: Cluster): Cluster {
  const deployments = [...cluster.deployments].map(
    ([name, each]) => [name, { ...each, metadata: { ...each.metadata, resourceVersion: '' } }] as const,
  )
  return { ...cluster, deployments: new Map(deployments) }
}

function toShell({ args, input }: Command, flags: readonly string[]): string {
  const command = ['kubectl', ...flags, ...args].map(quoted).join(' ')
  return input === undefined ? command : `${command} <<'EOF'\n${input}EOF`
}

const quoted = (text: string): string =>
  /^[\w./:=@,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
