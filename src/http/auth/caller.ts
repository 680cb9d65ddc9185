import type { Role } from './roles.ts'

/** Who asks. */
export interface Caller {
  /** Name of the token, never the token. */
  readonly name: string
  readonly authenticated: boolean
  /** Has no token, and needs none, since only this machine is served. */
  readonly local?: true
  readonly roles: ReadonlySet<Role>
  /** Undefined = all. */
  readonly namespaces?: readonly string[]
}

export function mayTouch(caller: Caller, namespace: string): boolean {
  return caller.namespaces === undefined || caller.namespaces.includes(namespace)
}
