import { randomUUID } from 'node:crypto'

const sane = /^[\w.-]{1,64}$/

/** The caller's own id where it is sane, so that its logs and ours meet; a fresh one otherwise. */
export function requestId(offered: string | readonly string[] | undefined): string {
  return typeof offered === 'string' && sane.test(offered) ? offered : randomUUID()
}
