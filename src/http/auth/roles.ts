export const roles = ['judge', 'decide', 'read', 'large-recordings'] as const

export type Role = (typeof roles)[number]

/** Whoever decides has to see what there is to decide about; no other role implies another. */
export function withImplied(granted: readonly Role[]): ReadonlySet<Role> {
  return new Set(granted.includes('decide') ? [...granted, 'read' as const] : granted)
}
