import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { type BodyReply, type BodyTask, runBodyTask } from './body-task.ts'

/** A third of the usual share where there are too few processors for all threads. */
const lowered = 5

/** What may be large is handed over, not copied. */
const send = (reply: BodyReply): void =>
  parentPort?.postMessage(reply, reply.kind === 'recording' ? [reply.json.buffer] : [])

// The thread that answers requests goes first. On Linux this sets the priority of this thread alone.
if (process.platform === 'linux') setPriority(lowered)

parentPort?.on('message', (task: BodyTask) => {
  void runBodyTask(task).then(send)
})
send({ kind: 'ready' })
