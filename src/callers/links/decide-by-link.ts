import { hash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Clock, Decision, Log, Run, VerdictStore } from '../../judge/ports/ports.ts'
import { momentAfter } from '../../judge/judge.ts'
import { readLink, type SignedDecision } from '../../notify/links.ts'
import type { NotifySettings } from '../../notify/settings.ts'
import type { Decided } from './decide-page.ts'

export interface LinkDeps {
  readonly store: () => VerdictStore
  readonly clock: Clock
  readonly log: Log
  readonly notify: () => NotifySettings
}

export interface OpenedLink {
  readonly signed: SignedDecision
  readonly run: Run
  /** The decision that was made with this message before. */
  readonly used: Decision | undefined
}

/** What a link is for; rejects for one that is not ours, has expired, or is about what is over. */
export async function openLink(token: string, { store, clock, notify }: LinkDeps): Promise<OpenedLink> {
  const { links } = notify()
  const signed = links && readLink(token, await store().sharedKey())
  if (signed === undefined) throw new AppError('not-found', 'expected a link of a message, got another one')
  const run = await store().getRun(signed.run)
  if (run === undefined) throw new AppError('not-found', 'expected a link to a run that is kept')
  const used = (await decisionsOf(store(), run)).find(({ id }) => id === decisionId(signed))
  if (used === undefined) await checkStillOpen(store(), signed, run, clock.now())
  return { signed, run, used }
}

async function checkStillOpen(
  store: VerdictStore,
  { expires, step }: SignedDecision,
  run: Run,
  now: number,
): Promise<void> {
  if (now > expires) {
    throw new AppError('conflict', `expected a link until ${new Date(expires).toISOString()}, got it later`)
  }
  if (run.closedAt !== undefined) throw new AppError('conflict', 'expected an open run, but it is closed')
  const latest = (await store.listSteps(run.id)).at(-1)?.index
  if ((latest ?? 0) !== (step ?? 0)) {
    throw new AppError('conflict', 'expected the step that the message is about, but a later one has begun')
  }
}

/** Decides, unless the message was used before: of several who are as quick, one decides. */
export async function decideByLink(token: string, deps: LinkDeps): Promise<Decided> {
  const { store, clock, log } = deps
  const { signed, run, used } = await openLink(token, deps)
  if (used !== undefined) return { run, decision: used, isNew: false }
  const decision: Decision = {
    id: decisionId(signed),
    namespace: run.namespace,
    name: run.name,
    runId: run.id,
    kind: signed.decision,
    scope: 'step',
    ...(signed.step !== undefined && { step: signed.step }),
    override: signed.override && signed.decision === 'approve',
    by: `link in a message to ${signed.target}`,
    reason: 'by the link in a message',
    at: await momentAfter(store(), { namespace: run.namespace, name: run.name, run }, clock.now()),
  }
  await store().saveDecision(decision)
  const kept = (await decisionsOf(store(), run)).find(({ id }) => id === decision.id) ?? decision
  const { namespace, name, id, kind, by } = kept
  log.info({ decision: { id, namespace, name, kind, by, run: run.id } }, 'decision recorded')
  return { run, decision: kept, isNew: true }
}

/** One for all links of a message. */
const decisionId = ({ id, run }: SignedDecision): string =>
  `link-${hash('sha256', JSON.stringify([id, run])).slice(0, 32)}`

const decisionsOf = (store: VerdictStore, { id, namespace, name }: Run): Promise<readonly Decision[]> =>
  store.listDecisions({ namespace, name, runId: id })
