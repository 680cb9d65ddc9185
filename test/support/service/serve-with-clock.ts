/**
 * Runs the service as a process with the clock of a test. The file that SIMULATED_CLOCK names begins with the time: 13
 * digits, in milliseconds. Everything else is as in `src/main.ts`.
 */
import { openSync, readSync } from 'node:fs'
import { createApp } from '../../../src/app/app.ts'
import { readConfig } from '../../../src/app/config/config.ts'

const file = openSync(process.env['SIMULATED_CLOCK'] ?? '', 'r')
const digits = Buffer.alloc(13)
const now = (): number => {
  readSync(file, digits, 0, digits.length, 0)
  return Number(digits.toString())
}

const { config } = await readConfig()
await createApp(config, { clock: { now } }).start()
