/**
 * For `node --import`: what is loaded after it reads its time from a file, 13 digits of milliseconds at the beginning
 * of the one that SIMULATED_CLOCK names.
 */
import { openSync, readSync } from 'node:fs'

const file = openSync(process.env['SIMULATED_CLOCK'] ?? '', 'r')
const digits = Buffer.alloc(13)

Date.now = (): number => {
  readSync(file, digits, 0, digits.length, 0)
  return Number(digits.toString())
}
