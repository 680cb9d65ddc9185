import type { Locate, Place } from '../../formats/mistakes/locate.ts'
import { type Path, valueAt } from '../../formats/mistakes/path.ts'

/** A value in a document together with its place. What is missing is a node too, without a value. */
export interface Node {
  readonly value: unknown
  readonly place: Place
  at(...path: Path): Node
  /** The entries of a list; of anything else none. */
  items(): readonly Node[]
  /** The keys and values of a map; of anything else none. */
  entries(): readonly (readonly [string, Node])[]
  readonly exists: boolean
  readonly text: string | undefined
  /** Of a number, or of a text that is one. */
  readonly number: number | undefined
}

export function createNode(root: unknown, locate: Locate, path: Path = []): Node {
  const value = valueAt(root, path)
  const at = (...more: Path): Node => createNode(root, locate, [...path, ...more])
  return {
    value,
    get place() {
      return locate(path) ?? { line: 1, column: 1 }
    },
    at,
    items: () => (Array.isArray(value) ? value.map((_, index) => at(index)) : []),
    entries: () => (isMap(value) ? Object.keys(value).map((key) => [key, at(key)] as const) : []),
    exists: value !== undefined && value !== null,
    text: typeof value === 'string' ? value : undefined,
    number: toNumber(value),
  }
}

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined
}
