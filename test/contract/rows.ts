import type { Decision, GateChange, Run, Step, StoredVerdict } from '../../src/judge/ports/ports.ts'

export const t0 = Date.parse('2026-11-20T10:00:00Z')
export const minute = 60_000
export const day = 24 * 60 * minute

let count = 0
export const freshId = (prefix: string): string => {
  count += 1
  return `${prefix}-${String(count).padStart(6, '0')}`
}

export const aRun = (change: Partial<Run> = {}): Run => ({
  id: freshId('run'),
  source: 'argo',
  namespace: 'shop',
  name: freshId('web'),
  revision: 'r2',
  policy: 'web',
  policyDigest: 'sha256:1',
  start: t0,
  openedAt: t0,
  lastLookAt: t0,
  ...change,
})

export const aStep = (runId: string, change: Partial<Step> = {}): Step => ({
  runId,
  index: 0,
  weight: 5,
  next: 25,
  startedAt: t0,
  endsAt: t0 + 10 * minute,
  ...change,
})

export const aVerdict = (runId: string, change: Partial<StoredVerdict> = {}): StoredVerdict => ({
  id: freshId('verdict'),
  runId,
  at: t0,
  createdAt: t0,
  judged: 'pass',
  verdict: 'pass',
  score: 87.5,
  summary: 'all within the margin',
  body: { reasons: [{ code: 'within-margin' }] },
  ...change,
})

export const aDecision = (change: Partial<Decision> = {}): Decision => ({
  id: freshId('decision'),
  namespace: 'shop',
  name: 'web',
  kind: 'approve',
  scope: 'step',
  override: false,
  by: 'sre',
  reason: 'looked at it',
  at: t0,
  ...change,
})

export const aGateChange = (change: Partial<GateChange> = {}): GateChange => ({
  id: freshId('gate-change'),
  namespace: 'shop',
  name: 'web',
  gate: 'gate',
  open: true,
  by: 'sre',
  at: t0,
  ...change,
})

export const silentLog = {
  debug: (): undefined => undefined,
  info: (): undefined => undefined,
  warn: (): undefined => undefined,
  error: (): undefined => undefined,
}
