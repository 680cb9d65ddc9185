import type { Generated } from 'kysely'

/** All times are milliseconds since the epoch in `double precision`, which both databases give back as a number. */
export interface Database {
  readonly runs: RunRow
  readonly steps: StepRow
  readonly verdicts: VerdictRow
  readonly decisions: DecisionRow
  readonly recordings: RecordingRow
  readonly recording_uses: RecordingUseRow
  readonly recording_chunks: RecordingChunkRow
  readonly chunks: ChunkRow
  readonly policies: PolicyRow
  readonly gate_changes: GateChangeRow
  readonly shared_key: SharedKeyRow
  readonly messages: MessageRow
}

/** One row at most. */
export interface SharedKeyRow {
  readonly id: number
  readonly value: string
}

export interface RunRow {
  readonly id: string
  /** The indexes use hashes, because PostgreSQL cannot index a long text. */
  readonly open_key: string
  readonly namespace_key: string
  readonly name_key: string
  readonly source: string
  readonly namespace: string
  readonly name: string
  readonly revision: string
  readonly stable_revision: string | null
  readonly policy: string
  readonly policy_digest: string
  readonly start: number
  readonly opened_at: number
  readonly last_look_at: number
  readonly closed_at: number | null
  readonly gates: number | null
  readonly first_fail_at: number | null
  readonly ending: string | null
  readonly last_hook: string | null
  readonly last_hook_at: number | null
  /** JSON. */
  readonly params: string | null
  /** JSON. */
  readonly labels: string | null
}

export interface StepRow {
  readonly run_id: string
  readonly idx: number
  readonly caller_index: number | null
  readonly weight: number | null
  readonly next: number | null
  readonly started_at: number
  readonly ends_at: number
  readonly passed_at: number | null
}

export interface VerdictRow {
  readonly id: string
  readonly run_id: string
  readonly at: number
  readonly created_at: number
  readonly judged: string
  readonly verdict: string
  readonly score: number
  readonly summary: string
  readonly recording_digest: string | null
  readonly body: string
}

export interface DecisionRow {
  readonly id: string
  readonly subject_key: string
  readonly namespace: string
  readonly name: string
  readonly run_id: string | null
  readonly kind: string
  readonly scope: string
  readonly step: number | null
  readonly override: number
  readonly decided_by: string
  readonly reason: string
  readonly at: number
}

export interface RecordingRow {
  readonly id: Generated<number>
  readonly digest: string
  readonly manifest: string
}

/** The runs that a recording is evidence for. Retention deletes uses, and then recordings without a use. */
export interface RecordingUseRow {
  readonly run_id: string
  readonly digest: string
  readonly saved_at: number
}

export interface RecordingChunkRow {
  readonly recording_id: number
  readonly chunk_id: number
}

export interface ChunkRow {
  readonly id: Generated<number>
  readonly digest: string
  readonly data: Uint8Array
}

export interface GateChangeRow {
  readonly seq: Generated<number>
  readonly id: string
  readonly subject_key: string
  readonly namespace: string
  readonly name: string
  readonly gate: string
  readonly open: number
  readonly changed_by: string
  readonly at: number
}

/** What people are to hear and have not yet; rows that are done keep an event from being announced again. */
export interface MessageRow {
  readonly seq: Generated<number>
  readonly id: string
  readonly target: string
  /** JSON. */
  readonly event: string
  readonly created_at: number
  /** When it may be tried; while one tries, when others may. */
  readonly due_at: number
  readonly tries: number
  readonly done_at: Generated<number | null>
}

export interface PolicyRow {
  readonly digest: string
  readonly text: string
  readonly saved_at: number
}
