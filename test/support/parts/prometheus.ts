import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface PrometheusOptions {
  /**
   * OpenMetrics text with timestamps and `# EOF` at the end, in one part or many. It is written to disk as blocks before
   * the server starts.
   */
  readonly openMetrics?: string | Iterable<string>
  /** Takes remote writes, native histograms among them (see `remoteWrite`). */
  readonly receiver?: boolean
  readonly scrape?: Scrape
  readonly externalPath?: string
  /** The most samples that one query may load; otherwise the server's own limit. */
  readonly maxSamples?: number
}

export interface Scrape {
  readonly intervalSeconds: number
  readonly targets: readonly ScrapeTarget[]
}

export interface ScrapeTarget {
  readonly job: string
  /** host:port */
  readonly address: string
  readonly path: string
  /** Labels that are added to every series of the target. `instance` replaces the address. */
  readonly labels: Readonly<Record<string, string>>
}

export interface PrometheusServer {
  /** Base address without a slash at the end; the port was free when the server took it. */
  readonly url: string
  /** Stops the server and deletes its data. A second call does nothing. */
  stop(): Promise<void>
}

/** Why the suites that need Prometheus are skipped; undefined when it is installed. */
export const prometheusMissing = (): string | undefined =>
  binary('prometheus') === undefined || binary('promtool') === undefined
    ? 'Prometheus is not installed; get it with: apt-get install prometheus'
    : undefined

/** Starts Debian's Prometheus on loopback with a folder of its own, and resolves when it answers queries. */
export const startPrometheus = async (options: PrometheusOptions = {}): Promise<PrometheusServer> => {
  const program = binary('prometheus')
  if (program === undefined) throw new Error(prometheusMissing())
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-prometheus-'))
  try {
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configOf(options.scrape)))
    if (options.openMetrics !== undefined) await backfill(folder, options.openMetrics)
    const child = spawn(program, flags(folder, options), { stdio: ['ignore', 'ignore', 'pipe'] })
    const killChild = (): void => void child.kill('SIGKILL')
    process.once('exit', killChild)
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        process.off('exit', killChild)
        resolve()
      })
    })
    const address = await untilReady(child)
    return {
      url: `http://${address}${options.externalPath ?? ''}`,
      stop: async () => {
        child.kill('SIGTERM')
        await gone
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

const backfill = async (folder: string, openMetrics: string | Iterable<string>): Promise<void> => {
  const file = join(folder, 'samples.om')
  await writeFile(file, openMetrics)
  const promtool = binary('promtool') ?? 'promtool'
  await run(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '-q', file, join(folder, 'data')])
  await rm(file)
}

const flags = (folder: string, options: PrometheusOptions): string[] => [
  `--config.file=${join(folder, 'prometheus.yml')}`,
  `--storage.tsdb.path=${join(folder, 'data')}`,
  // the data of a test may be years older than today, and must not be compacted while the test runs
  '--storage.tsdb.retention.time=100y',
  '--storage.tsdb.min-block-duration=2h',
  '--storage.tsdb.max-block-duration=2h',
  '--web.listen-address=127.0.0.1:0',
  ...(options.externalPath === undefined
    ? []
    : [`--web.external-url=http://localhost${options.externalPath}`]),
  ...(options.maxSamples === undefined ? [] : [`--query.max-samples=${options.maxSamples}`]),
  ...(options.receiver === true
    ? ['--enable-feature=native-histograms', '--web.enable-remote-write-receiver']
    : []),
]

/** The server logs its address, then that it is ready: nothing has to be polled. */
const untilReady = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    const seen: string[] = []
    let address: string | undefined
    let ready = false
    const giveUp = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`Prometheus ${why}:\n${seen.slice(-10).join('\n')}`))
    }
    const deadline = setTimeout(() => giveUp('was not ready within 30 s'), 30_000)
    child.once('error', (error) => giveUp(`did not start (${error.message})`))
    child.once('exit', (code) => {
      clearTimeout(deadline)
      giveUp(`ended with code ${code}`)
    })
    if (child.stderr === null) return giveUp('has no log')
    createInterface(child.stderr).on('line', (line) => {
      address = /msg="Listening on" address=(\S+)/.exec(line)?.[1] ?? address
      if (seen.length < 1000) seen.push(line)
      ready ||= line.includes('Server is ready to receive web requests')
      // On a busy machine the two lines come in either order.
      if (!ready || address === undefined) return
      clearTimeout(deadline)
      resolve(address)
    })
  })

const configOf = (scrape: Scrape | undefined): object => {
  if (scrape === undefined) return {}
  const jobs = [...new Set(scrape.targets.map(({ job }) => job))]
  return {
    global: { scrape_interval: `${scrape.intervalSeconds}s`, scrape_timeout: `${scrape.intervalSeconds}s` },
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      static_configs: scrape.targets
        .filter((target) => target.job === job)
        .map(({ address, path, labels }) => ({
          targets: [address],
          labels: { __metrics_path__: path, ...labels },
        })),
    })),
  }
}

const binary = (name: string): string | undefined =>
  ['/usr/bin', '/usr/local/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path))
