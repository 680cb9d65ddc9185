import { hash } from 'node:crypto'

/** What makes two runs the same; replicas that see the same facts give the same id without asking each other. */
export interface RunIdentity {
  readonly source: string
  readonly namespace: string
  readonly name: string
  readonly revision: string
  /** Milliseconds. */
  readonly start: number
  /** Where start and revision do not tell runs apart. */
  readonly salt?: string
}

/** Begins with words for people, ends with what makes it unique. */
export function runId({ source, namespace, name, revision, start, salt = '' }: RunIdentity): string {
  const digest = digestOf([source, namespace, name, revision, start, salt]).slice(0, 16)
  return [namespace, name, revision, digest].map(readable).join('.')
}

export interface LookIdentity {
  readonly runId: string
  readonly policyDigest: string
  /** Undefined = nothing could be fetched; then the moment stands for it. */
  readonly recordingDigest: string | undefined
  readonly at: number
  /** What turned the engine's verdict into the answer: decisions, and what is remembered of earlier looks. */
  readonly changedBy: readonly string[]
}

export function verdictId({
  runId: run,
  policyDigest,
  recordingDigest,
  at,
  changedBy,
}: LookIdentity): string {
  const data = recordingDigest ?? `nothing at ${at}`
  return digestOf([run, policyDigest, data, ...changedBy]).slice(0, 32)
}

const digestOf = (parts: readonly (string | number)[]): string => hash('sha256', JSON.stringify(parts))

const maxPart = 40

/** Ids stand in addresses, so they keep to characters that need no escape. */
const readable = (text: string): string => text.replaceAll(/[^\w-]/g, '_').slice(0, maxPart)
