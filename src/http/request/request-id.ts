import { randomUUID } from 'node:crypto'

const sane = /^[\w.-]{1,64}$/

/** The caller's id where it is a valid one, so that the logs of both sides can be compared; otherwise a new id. */
export function requestId(offered: string | readonly string[] | undefined): string {
  return typeof offered === 'string' && sane.test(offered) ? offered : randomUUID()
}
