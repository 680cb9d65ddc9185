import type { MetricPolicy, Policy, Selection } from '../../../engine/model/policy.ts'
import { AppError } from '../../../errors.ts'
import { selectionMistake } from '../arms/presets.ts'
import { addMatchers, parseSelector } from './selector.ts'

export interface QueryMistake {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** The parts of a policy that make no valid query, whatever rollout is judged. */
export function checkQueries({ select, metrics }: Policy): readonly QueryMistake[] {
  return [
    ...inSelection(select, ['select']),
    ...metrics.flatMap((metric, index) => [
      ...inSelection(metric.select, ['metrics', index, 'select']),
      ...inTexts(metric, ['metrics', index]),
    ]),
  ]
}

function inSelection(selection: Selection | undefined, at: QueryMistake['path']): readonly QueryMistake[] {
  const mistake = selection === undefined ? undefined : selectionMistake(selection)
  return mistake === undefined ? [] : [{ ...mistake, path: [...at, ...mistake.path] }]
}

function inTexts(metric: MetricPolicy, at: QueryMistake['path']): readonly QueryMistake[] {
  const wrong = (key: string, text: string | undefined, read: (text: string) => unknown = parseSelector) => {
    const message = text === undefined ? undefined : refusalOf(() => read(text))
    return message === undefined ? [] : [{ path: [...at, key], message }]
  }
  switch (metric.kind) {
    case 'errors':
      return [...wrong('total', metric.total), ...wrong('bad', metric.bad)]
    case 'conversion':
      return [...wrong('total', metric.total), ...wrong('good', metric.good)]
    case 'latency':
      return wrong('histogram', metric.histogram)
    case 'gauge':
    case 'series':
      return wrong('query', metric.query, (query) => addMatchers(query, []))
    case 'restarts':
      return wrong('restarts', metric.restarts)
    default:
      return metric satisfies never
  }
}

function refusalOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}
