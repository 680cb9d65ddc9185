import { hash } from 'node:crypto'

/** What makes two runs the same; replicas that see the same facts give the same id without asking each other. */
export interface RunIdentity {
  readonly source: string
  readonly namespace: string
  readonly name: string
  readonly revision: string
  /** Milliseconds. */
  readonly start: number
  /** Distinguishes runs with the same start and revision. */
  readonly salt?: string
}

/** Begins with names that people can read, and ends with a hash that makes it unique. */
export function runId({ source, namespace, name, revision, start, salt = '' }: RunIdentity): string {
  const digest = digestOf([source, namespace, name, revision, start, salt]).slice(0, 16)
  return [namespace, name, revision, digest].map(readable).join('.')
}

export interface LookIdentity {
  readonly runId: string
  readonly policyDigest: string
  /** Undefined = nothing could be fetched; then the time of the look takes its place. */
  readonly recordingDigest: string | undefined
  readonly at: number
  /** What changed the engine's verdict into the answer: decisions, and answers of earlier looks. */
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

/** Ids are part of URLs, so they use only characters that need no escape. */
const readable = (text: string): string => text.replaceAll(/[^\w-]/g, '_').slice(0, maxPart)
