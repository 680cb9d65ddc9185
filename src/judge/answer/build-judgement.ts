import type { Recording } from '../../engine/model/recording.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import type { Decision, Run, Step, StoredVerdict } from '../ports/ports.ts'
import { decisionToJson } from '../model/decision-to-json.ts'
import { verdictId } from '../runs/identities.ts'
import type { Judgement, JudgementLinks } from '../model/judgement.ts'
import type { ActivePolicy } from '../model/active-policy.ts'

/** Everything that is known when a look has been judged. */
export interface JudgedLook {
  readonly run: Run
  /** The steps that have begun so far. */
  readonly steps: readonly Step[]
  readonly inForce: ActivePolicy
  /** Undefined where nothing was fetched. */
  readonly recording?: Recording
  readonly recordingDigest?: string
  /** The verdict as it is answered, after rules, earlier answers and decisions. */
  readonly verdict: Verdict
  /** The decisions in force. */
  readonly decisions: readonly Decision[]
  /** What changed the engine's verdict into this answer. */
  readonly changedBy: readonly string[]
  readonly at: number
  readonly createdAt: number
  readonly linkBase: string
  /** Where the data of a look at the past came from. */
  readonly data?: 'stored' | 'source'
}

/** A look with its answer, ready to be kept. */
export interface Conclusion extends JudgedLook {
  readonly judgement: Omit<Judgement, 'kept'>
  readonly stored: StoredVerdict
}

export function buildJudgement(look: JudgedLook): Conclusion {
  const { run, inForce, recordingDigest, verdict, at, changedBy } = look
  const id = verdictId({ runId: run.id, policyDigest: inForce.digest, recordingDigest, at, changedBy })
  const { firstFail: _firstFail, ...answered } = verdict
  const judgement = {
    id,
    run: run.id,
    policy: { name: inForce.policy.name, digest: inForce.digest },
    ...answered,
    decisions: look.decisions.map(decisionToJson),
    ...(look.data !== undefined && { data: look.data }),
    links: linksOf(look, id),
  }
  return { ...look, judgement, stored: storedVerdict(look, judgement) }
}

function linksOf({ run, recordingDigest, linkBase }: JudgedLook, id: string): JudgementLinks {
  const verdict = `${linkBase}/v1/verdicts/${id}`
  return {
    run: `${linkBase}/v1/runs/${run.id}`,
    verdict,
    ...(recordingDigest !== undefined && { recording: `${verdict}/recording` }),
  }
}

function storedVerdict(look: JudgedLook, judgement: Omit<Judgement, 'kept'>): StoredVerdict {
  const { id, judged, verdict, score, summary } = judgement
  return {
    id,
    runId: look.run.id,
    at: look.at,
    createdAt: look.createdAt,
    judged,
    verdict,
    score,
    summary,
    ...(look.recordingDigest !== undefined && { recordingDigest: look.recordingDigest }),
    // a verdict that is read from the store was kept; the field differs only in the answer that was sent
    body: { ...judgement, kept: true },
  }
}
