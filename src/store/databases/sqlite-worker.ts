import { parentPort, workerData } from 'node:worker_threads'
import { serveSqlite } from './sqlite-service.ts'

if (parentPort !== null) serveSqlite(parentPort, String(workerData))
