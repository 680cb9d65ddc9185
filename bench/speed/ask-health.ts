/**
 * A thread that asks an address every 100 ms until it gets a message, and then answers with the p99 of its waits in ms.
 * It asks whether or not earlier answers have come, as many independent probes would.
 */
import { Agent, get } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const agent = new Agent({ keepAlive: true })
const waits: number[] = []
const url = String(workerData)

const timer = setInterval(() => {
  const begin = performance.now()
  get(url, { agent }, (response) => {
    response.resume().once('end', () => waits.push(performance.now() - begin))
  }).on('error', () => waits.push(Infinity))
}, 100)

parentPort?.once('message', () => {
  clearInterval(timer)
  waits.sort((a, b) => a - b)
  parentPort?.postMessage(waits[Math.floor(waits.length * 0.99)] ?? 0)
})
