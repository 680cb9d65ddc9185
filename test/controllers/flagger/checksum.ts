// The alphabet of Kubernetes, which has no vowels, so that it cannot make a word.
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** The checksum of a revision: the same spec always has the same one. */
export function flaggerChecksum(revision: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(revision)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}
