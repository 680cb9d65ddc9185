import { parentPort } from 'node:worker_threads'
import { type BodyReply, type BodyTask, runBodyTask } from './body-task.ts'

const send = (reply: BodyReply): void => parentPort?.postMessage(reply)

parentPort?.on('message', (task: BodyTask) => {
  void runBodyTask(task).then(send)
})
send({ kind: 'ready' })
