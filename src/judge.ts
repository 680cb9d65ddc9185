import type { Judgement } from './judging/judgement.ts'
import { judgeRecording } from './judging/judge-recording.ts'
import type { RecordingRequest } from './judging/judge-request.ts'
import { writeOfLook } from './judging/keep-look.ts'
import type { Conclusion } from './judging/conclude-look.ts'
import type { Clock, PolicyLibrary, VerdictStore, WriteQueue } from './ports.ts'

export interface JudgeDeps {
  /** Throws `store-unavailable` while there is none. */
  readonly store: () => VerdictStore
  readonly writes: WriteQueue
  readonly policies: PolicyLibrary
  readonly clock: Clock
  /** What links begin with; empty = they are relative. */
  readonly linkBase: () => string
}

export interface Judge {
  judgeRecording(request: RecordingRequest): Promise<Judgement>
}

/** The one use case: load the policy, get the recording, analyze, decide, keep. */
export function createJudge(deps: JudgeDeps): Judge {
  const { store, writes } = deps
  const finish = async (look: Conclusion): Promise<Judgement> => ({
    ...look.judgement,
    kept: await writes.keepOrQueue(writeOfLook(look, store)),
  })
  return {
    judgeRecording: async (request) =>
      finish(
        await judgeRecording(request, { ...deps, digest: (recording) => store().digestRecording(recording) }),
      ),
  }
}
