import type { RolloutEvent } from '../judge/ports/ports.ts'
import { linksOf } from './links.ts'
import { messageText } from './message-text.ts'
import { type Posted, post } from './post.ts'
import type { NotifySettings } from './settings.ts'
import { resolveTarget } from './target.ts'
import { targetTypes } from './target-types.ts'

/** Tries once to deliver a message to its target; never rejects. */
export async function deliver(
  { id, target, event }: { readonly id: string; readonly target: string; readonly event: RolloutEvent },
  settings: NotifySettings,
  signal: AbortSignal,
  now: number,
  linkKey?: string,
): Promise<Posted> {
  const own = settings.targets[target]
  const type = targetTypes.get(own?.type ?? '')
  if (own === undefined || type === undefined) return { result: 'again', why: 'the target is not configured' }
  const { publicUrl } = settings
  const request = type.request(
    {
      id,
      event,
      text: messageText(event, settings.templates),
      links: linksOf(event, target, settings, linkKey),
      now,
      ...(publicUrl !== undefined && { publicUrl }),
    },
    resolveTarget(type, own),
  )
  return post(request, signal, now)
}
