import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Says who does the jobs, what happens with the results, and when to begin no more jobs. */
export interface Workshop {
  /** The module that every worker runs: it answers each job with one message. */
  readonly worker: URL
  onDone(done: unknown): void
  /** Asked before each job; after true no more jobs begin. */
  isOver?(): boolean
  /** By default as many as there are cores. */
  readonly workers?: number
}

/** Runs the jobs in workers; the results come in any order. Rejects with the first job that throws. */
export async function runJobs(jobs: readonly object[], workshop: Workshop): Promise<void> {
  const queue = [...jobs]
  const next = (): object | undefined => (workshop.isOver?.() === true ? undefined : queue.shift())
  const crew = Math.min(workshop.workers ?? availableParallelism(), queue.length)
  await Promise.all(Array.from({ length: crew }, async () => workOff(workshop, next)))
}

async function workOff(workshop: Workshop, next: () => object | undefined): Promise<void> {
  const worker = new Worker(workshop.worker)
  try {
    await new Promise<void>((resolve, reject) => {
      const give = (): void => {
        const job = next()
        if (job === undefined) resolve()
        else worker.postMessage(job)
      }
      worker.on('error', reject)
      worker.on('message', (done: unknown) => {
        workshop.onDone(done)
        give()
      })
      give()
    })
  } finally {
    await worker.terminate()
  }
}
