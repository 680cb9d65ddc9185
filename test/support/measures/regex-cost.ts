import { end, parseRegex, type RegexNode } from './regex-syntax.ts'

/**
 * Says why a regular expression may take more than linear time; undefined when it cannot. It takes longer when the same
 * part of a text can be read in two ways again and again, and the rest does not match.
 */
export function whyNotLinear(source: string, flags: string): string | undefined {
  const { root, anchored, notAfter } = parseRegex(source, flags)
  const graph = createGraph()
  const { first, last } = graph.add(root)
  if (!anchored && !flags.includes('y')) graph.search(first, notAfter)
  return graph.ambiguity(last)
}

type Matches = (character: string) => boolean

interface Ends {
  readonly nullable: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
}

/** One character of each sort that a pattern can distinguish. */
const characters = [
  ...Array.from({ length: 127 }, (_, code) => String.fromCodePoint(code)),
  '\u0085',
  '\u00a0',
  '\u00e9',
  '\u2028',
  '\u202e',
  '\u4e00',
  '\ud800',
  '\u{1f600}',
  end,
]

/** The places of a pattern that read a character, and for each place those that may follow. */
function createGraph() {
  const places: Matches[] = []
  const follow: Set<number>[] = []
  const place = (matches: Matches): number => {
    follow.push(new Set())
    return places.push(matches) - 1
  }
  const join = (from: readonly number[], to: readonly number[]): void => {
    for (const a of from) for (const b of to) follow[a]?.add(b)
  }
  const add = (node: RegexNode): Ends => {
    switch (node.kind) {
      case 'nothing':
        return { nullable: true, first: [], last: [] }
      case 'one': {
        const at = place(node.matches)
        return { nullable: false, first: [at], last: [at] }
      }
      case 'loop': {
        const { first, last } = add(node.part)
        join(last, first)
        return { nullable: true, first, last }
      }
      case 'any': {
        const parts = node.parts.map(add)
        return {
          nullable: parts.some(({ nullable }) => nullable),
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
        }
      }
      case 'all':
        return node.parts.map(add).reduce(
          (before, after) => {
            join(before.last, after.first)
            return {
              nullable: before.nullable && after.nullable,
              first: before.nullable ? [...before.first, ...after.first] : before.first,
              last: after.nullable ? [...before.last, ...after.last] : after.last,
            }
          },
          { nullable: true, first: [], last: [] } satisfies Ends,
        )
      default:
        return node satisfies never
    }
  }
  const search = (first: readonly number[], notAfter: Matches = () => false): void => {
    const passed = [
      place((character) => character !== end && !notAfter(character)),
      place((character) => notAfter(character)),
    ]
    join(passed, passed)
    join(passed.slice(0, 1), first)
  }
  return { add, search, ambiguity: (last: readonly number[]) => ambiguity(places, follow, last) }
}

function ambiguity(
  places: readonly Matches[],
  follow: readonly ReadonlySet<number>[],
  last: readonly number[],
): string | undefined {
  const sorts = [
    ...Map.groupBy(characters, (character) => places.map((matches) => matches(character)).join()).values(),
  ]
  const reads = sorts.map(([character = '']) => places.map((matches) => matches(character)))
  const steps = (tuple: readonly number[]): readonly (readonly number[])[] =>
    reads.flatMap((reading) =>
      tuple.reduce<readonly (readonly number[])[]>(
        (tuples, at) =>
          tuples.flatMap((before) =>
            [...(follow[at] ?? [])].filter((next) => reading[next] === true).map((next) => [...before, next]),
          ),
        [[]],
      ),
    )
  const reaches = (from: readonly number[], to: readonly number[]): boolean => {
    const seen = new Set<string>()
    const waiting = [from]
    for (let tuple = waiting.pop(); tuple !== undefined; tuple = waiting.pop()) {
      for (const next of steps(tuple)) {
        if (next.every((at, index) => at === to[index])) return true
        const key = next.join()
        if (!seen.has(key)) waiting.push(next)
        seen.add(key)
      }
    }
    return false
  }
  // A text that ends there matches, and no other way is tried.
  const mayFail = (at: number): boolean =>
    !last.includes(at) &&
    !characters.every((character) => character === end || places[at]?.(character) === true)
  const loops = places.map((_, at) => at).filter((at) => reaches([at], [at]))
  for (const p of loops) {
    for (const q of loops) {
      if (!mayFail(q)) continue
      if (p !== q && reaches([p, p, q], [p, q, q])) return `places ${p} and ${q} read the same stretch`
      if (p !== q && reaches([p, p], [p, q]) && reaches([p, q], [p, p]))
        return `place ${p} can be read in two ways`
    }
  }
  return undefined
}
