import { Worker } from 'node:worker_threads'
import { AppError } from '../../errors.ts'
import type { BodyReply, BodyTask } from './body-task.ts'

export interface BodyThread {
  /** Resolves when it has started, which takes about a second, and rejects when it fails to. */
  readonly ready: Promise<unknown>
  /**
   * Runs one task at a time. After a rejection with `body-too-large` or `internal` the thread cannot be used again.
   */
  run(task: BodyTask, timeoutMs: number): Promise<BodyReply>
  readonly lost: boolean
  close(): Promise<void>
}

export interface ThreadLimits {
  readonly heapMb: number
  readonly startMs: number
}

interface Waiter {
  readonly resolve: (reply: BodyReply) => void
  readonly reject: (error: Error) => void
}

/** A thread that may be stopped at any point: only its current body is lost. */
export function startBodyThread({ heapMb, startMs }: ThreadLimits): BodyThread {
  const worker = new Worker(workerUrl, {
    // the parent's --import hooks and NODE_OPTIONS must not apply to this thread
    execArgv: [],
    env: {},
    name: 'canary-judge-bodies',
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
  })
  let waiter: Waiter | undefined
  let lost = false
  const lose = (error: Error): void => {
    lost = true
    waiter?.reject(error)
    waiter = undefined
    void worker.terminate()
  }
  worker.on('message', (reply: BodyReply) => waiter?.resolve(reply))
  worker.on('error', (error: unknown) => lose(toAppError(error, heapMb)))
  worker.on('exit', () => lose(new AppError('internal', 'the thread that reads bodies ended')))
  const next = async (timeoutMs: number, late: () => AppError): Promise<BodyReply> => {
    const { promise, resolve, reject } = Promise.withResolvers<BodyReply>()
    waiter = { resolve, reject }
    worker.ref()
    const timer = setTimeout(() => lose(late()), timeoutMs)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      waiter = undefined
      // an idle thread must not keep the process alive
      worker.unref()
    }
  }
  const ready = next(startMs, () => new AppError('internal', `the thread did not start in ${startMs} ms`))
  // each task that waits for it gets the failure
  ready.catch(() => undefined)
  return {
    ready,
    async run(task, timeoutMs) {
      await ready
      const reply = next(timeoutMs, () => tooSlow(timeoutMs))
      worker.postMessage(task)
      return reply
    },
    get lost() {
      return lost
    },
    async close() {
      lose(new AppError('shutting-down', 'the service is stopping'))
      await worker.terminate()
    },
  }
}

const tooSlow = (ms: number): AppError =>
  new AppError('body-too-large', `expected a body that is read and judged within ${Math.round(ms)} ms`)

function toAppError(error: unknown, heapMb: number): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new AppError('body-too-large', `expected a body that is read and judged in ${heapMb} MB of memory`)
    : new AppError('internal', 'the thread that reads bodies failed', { cause: error })
}

/** The compiler does not rewrite this name: the worker is beside this file, with the same extension. */
const workerUrl = new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
