import type { Role } from './roles.ts'

/** The sender of a request. */
export interface Caller {
  /** Name of the token, never the token. */
  readonly name: string
  readonly authenticated: boolean
  /** Whether the caller needs no token, because the service listens only on this machine. */
  readonly local?: true
  readonly roles: ReadonlySet<Role>
  /** Undefined = all. */
  readonly namespaces?: readonly string[]
}

export function mayTouch(caller: Caller, namespace: string): boolean {
  return caller.namespaces === undefined || caller.namespaces.includes(namespace)
}
