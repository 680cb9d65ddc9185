import { hash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Log } from '../../judge/ports/ports.ts'
import { readBoundedFile } from '../../judge/judge.ts'

export interface FileWatch {
  /** Looks now; resolves after `onChange`, if there was a change. */
  check(): Promise<void>
  /**
   * Whether these paths are the ones that are watched, and have the same content as before they were read. If not,
   * they are watched from now on and must be read again.
   */
  settled(paths: readonly string[]): Promise<boolean>
  close(): Promise<void>
}

export interface WatchOptions {
  /** Files, and folders whose files are meant. */
  readonly paths: readonly string[]
  readonly everyMs: number
  readonly onChange: () => Promise<void>
  readonly log: Log
}

/**
 * How long to wait for further changes: editors and the kubelet change several files, or one file in several steps.
 */
const settleMs = 100

/**
 * Calls `onChange` when the contents of the paths differ from what they were. Folders are watched, because a ConfigMap
 * changes by replacing a symbolic link beside its files. Looking at intervals finds what the file system does not
 * report.
 */
export async function watchFiles({ paths, everyMs, onChange, log }: WatchOptions): Promise<FileWatch> {
  let followed = paths
  let seen = ''
  let watchers: readonly FSWatcher[] = []
  let busy: Promise<void> = Promise.resolve()
  let settling: NodeJS.Timeout | undefined
  let closed = false

  const look = async (): Promise<void> => {
    if (closed) return
    const now = await fingerprint(followed)
    if (now === seen || closed) return
    seen = now
    await onChange()
  }
  const check = (): Promise<void> => {
    busy = busy.then(look).catch((error: unknown) => log.error({ err: error }, 'reload failed'))
    return busy
  }
  const soon = (): void => {
    clearTimeout(settling)
    settling = setTimeout(() => void check(), settleMs).unref()
  }
  const rewatch = (): void => {
    if (closed) return
    for (const watcher of watchers) watcher.close()
    watchers = directoriesOf(followed).flatMap((directory) => watchDirectory(directory, soon, log))
  }

  rewatch()
  seen = await fingerprint(followed)
  const polling = setInterval(() => void check(), everyMs).unref()
  return {
    check,
    async settled(others) {
      const same =
        others.length === followed.length && others.every((path, index) => path === followed[index])
      if (!same) {
        followed = others
        // before looking, so that a change after the look is reported
        rewatch()
      }
      const before = seen
      seen = await fingerprint(followed)
      return same && seen === before
    },
    async close() {
      closed = true
      clearInterval(polling)
      clearTimeout(settling)
      for (const watcher of watchers) watcher.close()
      await busy
    },
  }
}

function watchDirectory(directory: string, onEvent: () => void, log: Log): readonly FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent)
    watcher.on('error', (error) => log.debug({ directory, err: error }, 'watching stopped; looking goes on'))
    return [watcher]
  } catch (error) {
    log.debug({ directory, err: error }, 'cannot watch; looking instead')
    return []
  }
}

const directoriesOf = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.flatMap((path) => [path, dirname(path)])),
]

/** A hash that changes when any content changes; a path that cannot be read counts as another content. */
async function fingerprint(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(paths.map(contents))
  return hash('sha256', JSON.stringify(parts))
}

async function contents(path: string): Promise<readonly string[]> {
  try {
    const names = await readdir(path)
    const visible = names.filter((name) => !name.startsWith('.')).toSorted()
    const files = await Promise.all(visible.map((name) => content(join(path, name))))
    return [path, ...files.flat()]
  } catch {
    return content(path)
  }
}

async function content(path: string): Promise<readonly string[]> {
  try {
    return [basename(path), hash('sha256', await readBoundedFile(path))]
  } catch (error) {
    return [basename(path), error instanceof Error && 'code' in error ? String(error.code) : 'unreadable']
  }
}
