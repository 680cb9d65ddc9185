const MOST_NAMES = 50_000
const LONGEST_NAME = 200

/** The names most like the one that is not there, the nearest first; empty where none is like it. */
export function nearestNames(name: string, names: readonly string[], most = 3): readonly string[] {
  const wanted = name.slice(0, LONGEST_NAME)
  return names
    .slice(0, MOST_NAMES)
    .filter((candidate) => candidate.length <= LONGEST_NAME)
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate) }))
    .filter(({ distance }) => distance <= 0.4)
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** 0 the same, 1 nothing alike: by letters, or by words where these agree better. */
function distanceOf(a: string, b: string): number {
  const words = wordDistance(a.split('_'), b.split('_'))
  const longest = Math.max(a.length, b.length, 1)
  // letters cost much more to compare, and cannot agree where the lengths do not
  if (Math.abs(a.length - b.length) > 0.4 * longest) return words
  return Math.min(words, editDistance(a, b) / longest)
}

function wordDistance(a: readonly string[], b: readonly string[]): number {
  const all = new Set([...a, ...b])
  const shared = [...all].filter((word) => a.includes(word) && b.includes(word)).length
  return 1 - shared / all.size
}

/** Letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    let left = i
    let diagonal = i - 1
    const row = [left]
    for (const [j, up] of above.slice(1).entries()) {
      left = Math.min(diagonal + (a[i - 1] === b[j] ? 0 : 1), up + 1, left + 1)
      diagonal = up
      row.push(left)
    }
    above = row
  }
  return above.at(-1) ?? 0
}
