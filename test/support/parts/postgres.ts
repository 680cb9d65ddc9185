import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface PostgresServer {
  /** The URL of the superuser on a private cluster that listens only on a unix socket. */
  readonly url: string
  /** Makes an empty database. */
  createDatabase(name: string): Promise<string>
  /** Stops the server as `kill -9` would. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Stops the server and deletes its folder. */
  stop(): Promise<void>
}

/** Why the suites that need PostgreSQL are skipped; undefined when it is installed. */
export const postgresMissing = (): string | undefined =>
  binaries() === undefined
    ? 'PostgreSQL is not installed; get it with: apt-get install postgresql'
    : undefined

/** Starts a private cluster from Debian's package. PostgreSQL refuses to run as root, so for root it runs as `postgres`. */
export const startPostgres = async (): Promise<PostgresServer> => {
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresMissing())
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-pg-'))
  const data = join(folder, 'data')
  const asRoot = process.getuid?.() === 0
  if (asRoot) await run('chown', ['postgres:', folder])
  const call = (tool: string, ...args: readonly string[]): Promise<unknown> =>
    asRoot
      ? run('runuser', ['-u', 'postgres', '--', join(bin, tool), ...args], { cwd: folder })
      : run(join(bin, tool), [...args], { cwd: folder })
  await call('initdb', '-D', data, '-U', 'judge', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8')
  // without fsync data are lost only when the machine loses power, not when the server is killed
  const settings = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=off -c shared_buffers=32MB`
  const start = async (): Promise<void> => {
    await call('pg_ctl', '-D', data, '-w', '-s', '-l', join(folder, 'log'), '-o', settings, 'start')
  }
  await start()
  const urlOf = (name: string): string =>
    `postgres://judge@localhost/${name}?host=${encodeURIComponent(folder)}`
  return {
    url: urlOf('postgres'),
    createDatabase: async (name) => {
      await call('createdb', '-h', folder, '-U', 'judge', name)
      return urlOf(name)
    },
    start,
    crash: async () => {
      await call('pg_ctl', '-D', data, '-w', '-s', '-m', 'immediate', 'stop')
    },
    stop: async () => {
      await call('pg_ctl', '-D', data, '-w', '-s', '-m', 'immediate', 'stop').catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const home = '/usr/lib/postgresql'

const binaries = (): string | undefined => {
  if (!existsSync(home)) return undefined
  const versions = readdirSync(home).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(home, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}
