import { parseSeconds } from '../../formats/policy/amounts.ts'
import type { Node } from '../model/node.ts'

/** Seconds of a duration as Go writes it (`1m30s`), or of a plain number; undefined for anything else. */
export function secondsOf({ value }: Node): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseSeconds(value) : undefined
}

/** A length for a message: `90 s`, `4 minutes`, `24 hours`. */
export function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const short = (value: number): number => Number(value.toFixed(1))
  return seconds < 7200 ? `${short(seconds / 60)} minutes` : `${short(seconds / 3600)} hours`
}
