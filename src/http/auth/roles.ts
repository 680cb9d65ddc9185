export const roles = ['judge', 'decide', 'read', 'large-recordings'] as const

export type Role = (typeof roles)[number]

/**
 * Adds the role to read to the role to decide, because a decision needs what it is about. No other role implies
 * another.
 */
export function withImplied(granted: readonly Role[]): ReadonlySet<Role> {
  return new Set(granted.includes('decide') ? [...granted, 'read' as const] : granted)
}
