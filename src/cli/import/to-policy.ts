import type { Asked, AskedMetric, Loss, WrittenMetric, WrittenSelect } from './asked.ts'
import type { NearestMetric } from './kinds/nearest-metric.ts'
import { toMetric } from './to-metric.ts'

export interface Imported {
  readonly name: string
  readonly select: WrittenSelect
  readonly metrics: readonly ImportedMetric[]
  readonly losses: readonly Loss[]
  /** Metrics that the other judge needs, and that no policy can have. */
  readonly missing: readonly string[]
}

export interface ImportedMetric {
  readonly metric: WrittenMetric
  /** What it is made from: a query, or a metric of the controller. */
  readonly from: string
  readonly notes: readonly string[]
}

/** The nearest policy, and what it does not take over. */
export function toPolicy({ name, metrics, losses }: Asked): Imported {
  const read = metrics.map((asked) => ({ asked, ...nearestOf(asked) }))
  const taken = new Set<string>()
  const imported = read.flatMap(({ asked, metric, notes }): readonly ImportedMetric[] => {
    if (metric === undefined) return []
    const ownName = uniqueName(asked.name, taken)
    taken.add(ownName)
    const renaming = ownName === asked.name ? [] : [`its name was ${JSON.stringify(asked.name)}`]
    return [{ metric: { ...metric, name: ownName }, from: sourceOf(asked), notes: [...renaming, ...notes] }]
  })
  const select = mostCommon(imported.map(({ metric }) => metric.select ?? 'pods'))
  return {
    name: nameLike(name, /[^\w.-]+/g, /^[a-zA-Z0-9]/, 'policy'),
    select,
    metrics: imported.map((each) => ({ ...each, metric: withoutCommon(each.metric, select) })),
    losses: [...losses, ...read.flatMap(lossesOf)],
    missing: read.flatMap(({ asked, metric }) =>
      metric === undefined && asked.isNeeded === true ? [asked.name] : [],
    ),
  }
}

type Read = NearestMetric & { readonly asked: AskedMetric }

function nearestOf(asked: AskedMetric): NearestMetric {
  if ('why' in asked) return { notes: [asked.why] }
  return 'metric' in asked ? { metric: asked.metric, notes: asked.notes } : toMetric(asked)
}

function lossesOf({ asked, metric, notes }: Read): readonly Loss[] {
  const what = metric === undefined ? 'left out' : 'not the same'
  return notes.map((why) => ({ ...asked.place, metric: asked.name, what, why }))
}

const sourceOf = (asked: AskedMetric): string =>
  'query' in asked ? asked.query.replaceAll(/\s+/g, ' ').trim() : asked.name

function uniqueName(written: string, taken: ReadonlySet<string>): string {
  const name = nameLike(written, /[^\w.-]+/g, /^[a-zA-Z_]/, 'metric')
  for (let number = 2, free = name; ; number += 1) {
    if (!taken.has(free)) return free
    free = `${name.slice(0, 58)}-${number}`
  }
}

function nameLike(written: string, others: RegExp, start: RegExp, otherwise: string): string {
  const name = written
    .split(others)
    .filter((part) => part !== '')
    .join('-')
  const whole = start.test(name) ? name : `${otherwise}-${name}`.replace(/-$/, '')
  return whole in {} ? `${otherwise}-${whole}` : whole.slice(0, 63)
}

function mostCommon(selections: readonly WrittenSelect[]): WrittenSelect {
  const texts = selections.map((select) => JSON.stringify(select))
  const count = (index: number): number => texts.filter((text) => text === texts[index]).length
  const [best = 0] = texts.map((_, index) => index).toSorted((a, b) => count(b) - count(a) || a - b)
  return selections[best] ?? 'pods'
}

function withoutCommon({ select, ...metric }: WrittenMetric, common: WrittenSelect): WrittenMetric {
  const { name, kind, ...rest } = metric
  const isCommon = select === undefined || JSON.stringify(select) === JSON.stringify(common)
  return isCommon ? { name, kind, ...rest } : { name, kind, select, ...rest }
}
