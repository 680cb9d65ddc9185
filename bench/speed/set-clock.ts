/**
 * For `node --import`: all modules that are loaded later get their time from the file that SIMULATED_CLOCK names. The
 * file begins with 13 digits, the milliseconds.
 */
import { openSync, readSync } from 'node:fs'

const file = openSync(process.env['SIMULATED_CLOCK'] ?? '', 'r')
const digits = Buffer.alloc(13)

Date.now = (): number => {
  readSync(file, digits, 0, digits.length, 0)
  return Number(digits.toString())
}
