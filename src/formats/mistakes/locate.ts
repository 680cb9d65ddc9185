import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml'
import type { Path } from './path.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

/** The position of the value at a path; for a missing value, of the map in which it is missing. */
export type Locate = (path: Path, what?: 'key' | 'value') => Place | undefined

/** Turns an offset in a text into its place in the file, in which the text begins after so many lines. */
export const placeIn =
  (lines: LineCounter, linesBefore = 0) =>
  (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line) + linesBefore, column: Math.max(1, col) }
  }

/** Finds places in a document; `place` turns an offset in its text into a line and a column. */
export function locator(document: Document.Parsed, place: (offset: number) => Place): Locate {
  return (path, what = 'value') => {
    let offset: number | undefined
    let node: unknown = document.contents
    for (const [index, part] of path.entries()) {
      offset = startOf(node) ?? offset
      const inner = resolve(node, document)
      const pair = isMap(inner)
        ? inner.items.find(({ key }) => isScalar(key) && key.value === part)
        : undefined
      if (pair === undefined && !isSeq(inner)) return offset === undefined ? undefined : place(offset)
      if (pair !== undefined) offset = startOf(pair.key) ?? offset
      if (what === 'key' && index === path.length - 1 && offset !== undefined) return place(offset)
      node = pair === undefined && isSeq(inner) ? inner.items[Number(part)] : pair?.value
    }
    // a value that an alias repeats is where its anchor is
    offset = startOf(resolve(node, document)) ?? offset
    return offset === undefined ? undefined : place(offset)
  }
}

function resolve(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

/** The offset at which a node begins. */
export const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
