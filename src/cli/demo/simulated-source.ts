import { upTo } from '../../engine/model/up-to.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { FetchRequest, MetricSource } from '../../judge/ports/ports.ts'
import { type LiveRollout, liveRecording, minuteMs } from './live-rollout.ts'

/** How long after its end a slice is settled, as with a Prometheus that scrapes every 15 seconds. */
const settlingMs = 15_000

/** A source that gives at any time the data that a Prometheus would have of the rollouts. */
export function simulatedSource(rolloutOf: (name: string) => LiveRollout | undefined): MetricSource {
  const recordings = new WeakMap<LiveRollout, Recording>()
  const recordingOf = (rollout: LiveRollout): Recording => {
    const recording = recordings.get(rollout) ?? liveRecording(rollout)
    recordings.set(rollout, recording)
    return recording
  }
  return {
    async fetch(request) {
      const rollout = rolloutOf(request.run.name)
      return rollout?.canary === request.run.revision
        ? settledBy(recordingOf(rollout), request)
        : withoutCanary(request)
    },
    async canaryStart({ run, until, quietMs }) {
      const rollout = rolloutOf(run.name)
      if (rollout?.canary !== run.revision || rollout.begun[0] > until) return undefined
      return until - (rollout.ended?.at ?? until) < quietMs ? rollout.begun[0] : undefined
    },
    close: async () => undefined,
  }
}

/** leaves out steps and gates, which the judge writes */
function settledBy(recording: Recording, { run, until }: FetchRequest): Recording {
  const { steps: _steps, gates: _gates, ...rest } = recording
  const start = Date.parse(recording.start)
  const settled = Math.min(Math.floor((until - settlingMs - start) / minuteMs), recording.slices)
  const rolloutStart = Math.max(Math.round((run.start - start) / minuteMs), 0)
  return upTo({ ...rest, rolloutStart: Math.min(rolloutStart, settled) }, settled - 1)
}

function withoutCanary({ run, until }: FetchRequest): Recording {
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: minuteMs / 1000,
    start: new Date(run.start - minuteMs).toISOString(),
    slices: Math.max(Math.floor((until - run.start) / minuteMs), 1),
    rolloutStart: 1,
    pods: [],
    metrics: {},
    problems: [{ code: 'no-canary-series', text: `the demo has no canary ${run.revision} of ${run.name}` }],
  }
}
