import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { RolloutEvent } from '../judge/ports/ports.ts'
import type { NotifySettings } from './settings.ts'

export interface MessageLink {
  readonly label: 'Open' | 'Approve' | 'Reject'
  readonly url: string
}

/** What a signed link lets its holder do, once. */
export interface SignedDecision {
  /** The message's: of all links in it one works, and works once. */
  readonly id: string
  readonly run: string
  readonly step?: number | undefined
  readonly decision: 'approve' | 'reject'
  /** What it approves is judged fail. */
  readonly override: boolean
  readonly target: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** Where a message leads to; links that decide need `publicUrl`, `notify.links` and a key to sign them with. */
export function linksOf(
  event: RolloutEvent,
  target: string,
  settings: NotifySettings,
  key?: string,
): readonly MessageLink[] {
  const { publicUrl, links } = settings
  const { run } = event
  if (publicUrl === undefined || run === undefined) return []
  const open = { label: 'Open', url: `${publicUrl}/runs/${encodeURIComponent(run.id)}` } as const
  if (event.kind !== 'waiting' || links === undefined || key === undefined) return [open]
  const urlOf = (decision: SignedDecision['decision']): string => {
    const signed = sign(
      {
        id: event.id,
        run: run.id,
        step: event.step?.index,
        decision,
        override: event.verdict?.judged === 'fail',
        target,
        expires: event.at + links.expireMs,
      },
      key,
    )
    return `${publicUrl}/decide?token=${signed}`
  }
  return [open, { label: 'Approve', url: urlOf('approve') }, { label: 'Reject', url: urlOf('reject') }]
}

const sign = (decision: SignedDecision, key: string): string => {
  const text = Buffer.from(JSON.stringify(decision)).toString('base64url')
  return `${text}.${macOf(text, key).toString('base64url')}`
}

/** Undefined for what this service has not signed; whether it has expired is for the caller to say. */
export function readLink(token: string, key: string): SignedDecision | undefined {
  const [text = '', mac = ''] = token.split('.')
  const [expected, got] = [macOf(text, key), Buffer.from(mac, 'base64url')]
  if (expected.length !== got.length || !timingSafeEqual(expected, got)) return undefined
  return signedSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
}

/** The key signs sessions as well: its use here is part of what is signed. */
const macOf = (text: string, key: string): Buffer =>
  createHmac('sha256', key).update(`canary-judge/decide/1\n${text}`).digest()

const signedSchema = z.object({
  id: z.string(),
  run: z.string(),
  step: z.int().optional(),
  decision: z.enum(['approve', 'reject']),
  override: z.boolean(),
  target: z.string(),
  expires: z.number(),
})
