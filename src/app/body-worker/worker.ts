import { parentPort } from 'node:worker_threads'
import { type BodyReply, type BodyTask, runBodyTask } from './body-task.ts'

/** What may be large is handed over, not copied. */
const send = (reply: BodyReply): void =>
  parentPort?.postMessage(reply, reply.kind === 'recording' ? [reply.json.buffer] : [])

parentPort?.on('message', (task: BodyTask) => {
  void runBodyTask(task).then(send)
})
send({ kind: 'ready' })
