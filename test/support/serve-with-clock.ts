/**
 * The service as a process, with the clock of a test: the time stands as 13 digits, milliseconds, at the beginning of
 * the file that SIMULATED_CLOCK names. Everything else is as `src/main.ts` has it.
 */
import { openSync, readSync } from 'node:fs'
import { createApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/app/config/config.ts'

const file = openSync(process.env['SIMULATED_CLOCK'] ?? '', 'r')
const digits = Buffer.alloc(13)
const now = (): number => {
  readSync(file, digits, 0, digits.length, 0)
  return Number(digits.toString())
}

const { config } = await readConfig()
await createApp(config, { clock: { now } }).start()
