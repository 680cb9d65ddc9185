import type { Mistake } from '../mistakes/field-issues.ts'
import { nearestKey } from '../mistakes/nearest-key.ts'
import { type Path, toPathText } from '../mistakes/path.ts'

/** A policy as it is written, together with what it extends. */
export interface WrittenPolicy {
  readonly name: string
  readonly value: Fields
  /**
   * The policy that each key comes from, such as `history` or `metrics.p95.tolerance`; keys that are missing here are
   * defaults.
   */
  readonly from: Readonly<Record<string, string>>
}

/** The policies that a policy may extend, by name. Its own name means the bundled policy that it replaces. */
export interface BasePolicies {
  readonly bundled: ReadonlyMap<string, WrittenPolicy>
  readonly own: ReadonlyMap<string, WrittenPolicy>
  /** What every policy has that does not set it itself. */
  readonly defaults?: Fields
}

export interface ExtendedPolicy {
  readonly written: WrittenPolicy
  /** The place in the file for a path in the merged policy; `extends` for what the file inherits. */
  readonly placeOf: (path: Path) => Path
  readonly mistakes: readonly Mistake[]
}

export type Fields = Readonly<Record<string, unknown>>

interface Merging {
  readonly name: string
  /** The keys of the file without `extends` and `remove`. */
  readonly own: Fields
  readonly base: WrittenPolicy
  /** Names of metrics of the base to leave out. */
  readonly without: readonly string[]
}

/** Merges a file with the policy that it extends: metrics by name; other keys of the file override. */
export function extendPolicy(file: Fields, bases: BasePolicies): ExtendedPolicy {
  const { extends: extended, remove, ...own } = file
  const name = typeof own['name'] === 'string' ? own['name'] : ''
  const alone = (mistakes: readonly Mistake[]): ExtendedPolicy => ({
    written: { name, value: mistakes.length > 0 ? own : file, from: originsOf({ own, whole: own, name }) },
    placeOf: (path) => path,
    mistakes,
  })
  if (extended === undefined) {
    return alone(remove === undefined ? [] : [{ path: ['remove'], message: 'expected extends beside it' }])
  }
  const base = findBase(extended, name, bases)
  if (base === undefined) return alone([{ path: ['extends'], message: unknownBase(extended, bases) }])
  const { without, mistakes } = readRemove(remove, base)
  return { ...merge({ name, own, base, without }), mistakes: [...mistakes, ...repeated(own)] }
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function findBase(
  extended: unknown,
  name: string,
  { bundled, own }: BasePolicies,
): WrittenPolicy | undefined {
  if (typeof extended !== 'string') return undefined
  return (extended === name ? undefined : own.get(extended)) ?? bundled.get(extended)
}

function unknownBase(extended: unknown, { bundled, own }: BasePolicies): string {
  const names = [...new Set([...bundled.keys(), ...own.keys()])].toSorted((a, b) => a.localeCompare(b))
  return unknownName(extended, 'policy', names)
}

function unknownName(got: unknown, what: string, names: readonly string[]): string {
  const nearest = typeof got === 'string' ? nearestKey(got, names) : undefined
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`
  const known = names.length === 0 ? 'and there is none' : `which are ${names.join(', ')}`
  return `expected the name of a ${what}, ${known}; got ${JSON.stringify(got)}${hint}`
}

function readRemove(
  remove: unknown,
  base: WrittenPolicy,
): Pick<Merging, 'without'> & { readonly mistakes: readonly Mistake[] } {
  if (remove === undefined) return { without: [], mistakes: [] }
  if (!Array.isArray(remove)) {
    return { without: [], mistakes: [{ path: ['remove'], message: 'expected a list of names of metrics' }] }
  }
  const asked: readonly unknown[] = remove
  const known = listOf(base.value['metrics']).flatMap((metric) => nameOf(metric) ?? [])
  const what = `metric of ${base.name}`
  return {
    without: known.filter((name) => asked.includes(name)),
    mistakes: asked.flatMap((name, index) =>
      known.some((each) => each === name)
        ? []
        : [{ path: ['remove', index], message: unknownName(name, what, known) }],
    ),
  }
}

function repeated(own: Fields): readonly Mistake[] {
  const names = listOf(own['metrics']).map(nameOf)
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return []
    const message = `expected a name of its own, got ${JSON.stringify(name)} as in metrics[${first}]`
    return [{ path: ['metrics', index, 'name'], message }]
  })
}

interface Entry {
  readonly metric: unknown
  /** Its index in the file; undefined where the file does not mention it. */
  readonly index?: number
}

function merge({ name, own, base, without }: Merging): Omit<ExtendedPolicy, 'mistakes'> {
  const { metrics: changes = [], ...ownKeys } = own
  const { metrics: inherited, name: _name, ...baseKeys } = base.value
  const kept = listOf(inherited).filter((metric) => !without.some((each) => each === nameOf(metric)))
  const entries = mergeMetrics(kept, listOf(changes))
  const metrics = Array.isArray(changes) ? entries.map(({ metric }) => metric) : changes
  const hold = isFields(baseKeys['hold']) && isFields(ownKeys['hold'])
  const whole = {
    ...baseKeys,
    ...ownKeys,
    ...(hold && { hold: Object.assign({}, baseKeys['hold'], ownKeys['hold']) }),
    metrics,
  }
  return {
    written: { name, value: whole, from: originsOf({ own, whole, name, base }) },
    placeOf: (path) => placeIn(own, entries, base, path),
  }
}

/** The metrics of the base in their order, changed where the file names them; then those that only the file has. */
function mergeMetrics(kept: readonly unknown[], changes: readonly unknown[]): readonly Entry[] {
  const known = new Set(kept.map(nameOf))
  const merged = kept.map((metric): Entry => {
    const index = changes.findIndex((each) => nameOf(each) === nameOf(metric))
    return index < 0 ? { metric } : { metric: change(metric, changes[index]), index }
  })
  const added = changes.flatMap((metric, index): readonly Entry[] =>
    known.has(nameOf(metric)) ? [] : [{ metric, index }],
  )
  return [...merged, ...added]
}

/** A metric of another kind replaces the whole metric, because the kinds have different keys. */
function change(metric: unknown, by: unknown): unknown {
  if (!isFields(metric) || !isFields(by)) return by
  return by['kind'] === undefined || by['kind'] === metric['kind'] ? { ...metric, ...by } : by
}

function placeIn(own: Fields, entries: readonly Entry[], base: WrittenPolicy, path: Path): Path {
  const [key, index, ...inner] = path
  if (key === undefined) return path
  if (!Object.hasOwn(own, key)) return Object.hasOwn(base.value, key) && key !== 'name' ? ['extends'] : path
  if (key !== 'metrics' || typeof index !== 'number') return path
  const place = entries[index]?.index
  return place === undefined ? ['extends'] : [key, place, ...inner]
}

interface Origins {
  readonly own: Fields
  readonly whole: Fields
  readonly name: string
  readonly base?: WrittenPolicy
}

/** Which policy each key of the merged policy comes from. */
function originsOf({ own, whole, name, base }: Origins): Readonly<Record<string, string>> {
  const ownMetrics = new Map(listOf(own['metrics']).map((metric) => [nameOf(metric), metric]))
  const from: [path: string, name: string][] = []
  const add = (path: Path, keys: Fields, ownKeys: unknown): void => {
    for (const key of Object.keys(keys)) {
      const text = toPathText([...path, key])
      const isOwn = isFields(ownKeys) && Object.hasOwn(ownKeys, key)
      from.push([text, isOwn ? name : (base?.from[text] ?? name)])
    }
  }
  const { name: _name, metrics, hold, ...keys } = whole
  add([], keys, own)
  if (isFields(hold)) add(['hold'], hold, own['hold'])
  for (const metric of listOf(metrics).filter(isFields)) {
    const { name: _metricName, ...metricKeys } = metric
    const named = nameOf(metric)
    if (named !== undefined) add(['metrics', named], metricKeys, ownMetrics.get(named))
  }
  return Object.fromEntries(from)
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? Array.from(value) : [])

function nameOf(metric: unknown): string | undefined {
  const name = isFields(metric) ? metric['name'] : undefined
  return typeof name === 'string' ? name : undefined
}
