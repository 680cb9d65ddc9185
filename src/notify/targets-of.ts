import type { RolloutEvent } from '../judge/ports/ports.ts'
import type { NotifyRoute, NotifySettings } from './settings.ts'

/** The names of the targets that are to hear of the event, each once. */
export function targetsOf(event: RolloutEvent, { routes, targets }: NotifySettings): readonly string[] {
  const named = routes.filter((route) => matches(route, event)).flatMap((route) => route.targets)
  return [...new Set(named)].filter((name) => Object.hasOwn(targets, name))
}

function matches({ events, namespaces, names }: NotifyRoute, event: RolloutEvent): boolean {
  if (events !== undefined && !events.includes(event.kind)) return false
  return isOneOf(event.namespace, namespaces) && isOneOf(event.name, names)
}

const isOneOf = (text: string, patterns: readonly string[] | undefined): boolean =>
  patterns === undefined || patterns.some((pattern) => isLike(text, pattern.split('*')))

/** The parts stand in the text in their order, the first at its beginning and the last at its end. */
function isLike(text: string, [first = '', ...others]: readonly string[]): boolean {
  const last = others.at(-1)
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false
  let at = first.length
  const end = text.length - last.length
  for (const part of others.slice(0, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
