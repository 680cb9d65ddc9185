import type { Policy } from '../engine/model/policy.ts'
import { AppError } from '../errors.ts'
import { type Config, type Environment, readConfig } from '../app/config/config.ts'
import { type SourceFlags, withFlagNames } from './flag-names.ts'

/** Reads the sources as the service does; flags override them. */
export async function readSources(
  policy: Policy,
  flags: SourceFlags,
  env: Environment,
): Promise<Config['sources']> {
  const { prometheus, config } = flags
  const own = {
    ...(prometheus !== undefined && { PROMETHEUS_URL: prometheus }),
    ...(config !== undefined && { CANARY_JUDGE_CONFIG: config }),
  }
  const { sources } = (await withFlagNames(flags, () => readConfig({ ...env, ...own }))).config
  if (Object.keys(sources).length > 0) return sourcesFor(policy, sources, prometheus !== undefined)
  throw new AppError(
    'bad-request',
    'expected a Prometheus: --prometheus URL, --config FILE or PROMETHEUS_URL',
  )
}

/** Uses the address from the flags for all sources that the policy names. */
function sourcesFor(policy: Policy, sources: Config['sources'], isGiven: boolean): Config['sources'] {
  const only = sources['default']
  if (!isGiven || only === undefined) return sources
  const names = [policy.source, ...policy.metrics.flatMap(({ source }) => source ?? [])]
  return { ...sources, ...Object.fromEntries(names.map((name) => [name, only])) }
}
