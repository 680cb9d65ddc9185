import { AppError } from '../../errors.ts'
import { type Cluster, parseCluster } from './cluster.ts'
import type { Read } from './drive.ts'
import type { Kubectl } from './kubectl.ts'
import { parseRelease, type Release, releaseKey, withKey } from './release.ts'

export interface Releases {
  /** The app whose stable Deployment holds the release. */
  readonly lead: string
  /** Reads the cluster, with the current or the latest release. */
  readAny(signal: AbortSignal): Promise<{ readonly release?: Release; readonly cluster: Cluster }>
  /** The same, but there must be a release. */
  read(signal: AbortSignal): Promise<Read>
  namespace(flag: string | undefined, signal: AbortSignal): Promise<string>
}

/** Reads releases: of the named apps, or of the release to which the first one belongs. */
export async function openReleases(
  kubectl: Kubectl,
  named: readonly string[],
  nginx: boolean,
  signal: AbortSignal,
): Promise<Releases> {
  const get = async (names: readonly string[], each: AbortSignal): Promise<Cluster> =>
    parseCluster(await kubectl({ args: ['get', ...names, '--ignore-not-found', '--output=json'] }, each))
  const firstNamed = named[0] ?? ''
  const { deployments } = await get([`deployment/${firstNamed}-stable`], signal)
  const lead = deployments.get(`${firstNamed}-stable`)?.metadata.annotations[withKey] ?? firstNamed

  async function readAny(each: AbortSignal): Promise<{ release?: Release; cluster: Cluster }> {
    const all = (apps: readonly string[], withIngress: boolean): Promise<Cluster> =>
      get(namesOf(apps, withIngress), each)
    const apps = [...new Set([lead, ...named])]
    const cluster = await all(apps, nginx)
    const text = cluster.deployments.get(`${lead}-stable`)?.metadata.annotations[releaseKey]
    if (text === undefined) return { cluster }
    const release = parseRelease(text, `${lead}-stable`)
    const more = release.apps.map(({ name }) => name).filter((name) => !apps.includes(name))
    if (more.length === 0 && (nginx || !release.nginx)) return { release, cluster }
    return { release, cluster: await all([...apps, ...more], nginx || release.nginx) }
  }

  return {
    lead,
    readAny,
    async read(each) {
      const { release, cluster } = await readAny(each)
      if (release !== undefined) return { release, cluster }
      throw new AppError('bad-request', `expected a release at ${lead}-stable, got none`)
    },
    async namespace(flag, each) {
      if (flag !== undefined) return flag
      const text = await kubectl(
        { args: ['config', 'view', '--minify', '--output=jsonpath={..namespace}'] },
        each,
      )
      return text === '' ? 'default' : text
    },
  }
}

const namesOf = (apps: readonly string[], nginx: boolean): readonly string[] =>
  apps.flatMap((app) => [
    `deployment/${app}-stable`,
    `deployment/${app}-canary`,
    ...(nginx ? [`ingress/${app}-canary`] : []),
  ])
