import type { Arm } from '../../engine/model/recording.ts'

/** The group of a pod among so many; the same name always falls into the same group. */
export function podGroup(arm: Arm, pod: string, groups: number): string {
  // FNV-1a, 32 bit: http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(pod)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return `${arm}-group-${String(hash % groups).padStart(2, '0')}`
}
