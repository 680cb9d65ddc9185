import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Job, JobDone } from './accuracy-worker.ts'

/** Works the jobs off on all cores; the results come in any order. Rejects with the first job that throws. */
export async function runJobs(jobs: readonly Job[], onDone: (done: JobDone) => void): Promise<void> {
  const queue = [...jobs]
  const crew = Math.min(availableParallelism(), queue.length)
  await Promise.all(Array.from({ length: crew }, async () => workOff(queue, onDone)))
}

async function workOff(queue: Job[], onDone: (done: JobDone) => void): Promise<void> {
  const worker = new Worker(new URL('accuracy-worker.ts', import.meta.url))
  try {
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const job = queue.shift()
        if (job === undefined) resolve()
        else worker.postMessage(job)
      }
      worker.on('error', reject)
      worker.on('message', (done: JobDone) => {
        onDone(done)
        next()
      })
      next()
    })
  } finally {
    await worker.terminate()
  }
}
