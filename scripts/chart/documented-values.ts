import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml'

export interface DocumentedValue {
  readonly path: readonly string[]
  /** The comment above the value; empty where there is none. */
  readonly description: string
  readonly default: unknown
}

/** The values of a chart in their order, each with the comment above it. A map is one value unless each of its keys has a comment. */
export function documentedValues(yaml: string): readonly DocumentedValue[] {
  const document = parseDocument(yaml)
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw problem
  if (!isMap(document.contents)) throw new Error('expected a map of values, got something else')
  return valuesOf(document.contents, [])
}

function valuesOf(map: YAMLMap, parents: readonly string[]): readonly DocumentedValue[] {
  return map.items.flatMap((pair, index): readonly DocumentedValue[] => {
    const path = [...parents, keyOf(pair)]
    const { value } = pair
    if (isMap(value) && isSection(value)) return valuesOf(value, path)
    const description = commentOf(map, index)
    return [{ path, description, default: isMap(value) || isNode(value) ? value.toJSON() : value }]
  })
}

/** A map whose keys are the documented values; it is not a value itself. */
const isSection = (map: YAMLMap): boolean =>
  map.items.length > 0 &&
  map.items.every(
    ({ value }, index) =>
      commentOf(map, index) !== '' || (isMap(value) && value.flow !== true && isSection(value)),
  )

/** The last paragraph above the key. A paragraph before a blank line is about the whole section that follows. */
function commentOf(map: YAMLMap, index: number): string {
  const key = map.items[index]?.key
  const above = isScalar(key) ? key.commentBefore : undefined
  const text = above ?? (index === 0 ? map.commentBefore : undefined) ?? ''
  const [last = ''] = text.split(/\n\s*\n/).toReversed()
  return last
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
}

const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)

const isNode = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
