import type { RolloutStatus } from './args.ts'
import type { AnalysisRun } from './analysis-run.ts'
import { runBlueGreen } from './blue-green.ts'
import { readRollout } from './manifests.ts'
import type { Pause, Person } from './person.ts'
import { runCanarySteps, type StepContext } from './steps.ts'
import type { Call } from '../call.ts'
import { createControllerLog, type LogEntry } from '../controller-log.ts'
import type { Manifest } from '../manifests.ts'
import type { ControllerClock } from '../simulated-clock.ts'

export type { Pause, Person } from './person.ts'

export interface ArgoOptions {
  /** The objects from `readManifests`: the Rollout and the templates that it names. */
  readonly manifests: readonly Manifest[]
  readonly call: Call
  readonly clock: ControllerClock
  /** Called when the traffic router takes a new weight: 0 after an abort, 100 after the last step. */
  readonly onWeight: (weight: number) => void | Promise<void>
  readonly stableHash: string
  readonly canaryHash: string
  /** The name of the Rollout, when the manifests have several. */
  readonly rollout?: string
  /** The values of the Secrets in the namespace, by `name/key`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** How a metric that is measured by a Job ends. Absent: Successful. */
  readonly job?: 'Successful' | 'Failed'
  /** Called at each pause that only a person ends; may wait on the clock. Absent: `leave`. */
  readonly onPause?: (pause: Pause) => Person | Promise<Person>
}

export interface ArgoResult {
  /** Healthy: promoted. Degraded: aborted. Paused: left waiting for a person. */
  readonly phase: 'Healthy' | 'Degraded' | 'Paused'
  readonly weight: number
  readonly message: string
  readonly analysisRuns: readonly AnalysisRun[]
  readonly log: readonly LogEntry[]
}

/** Rolls one revision out as Argo Rollouts does, from the first step to its end. */
export async function runArgoRollout(options: ArgoOptions): Promise<ArgoResult> {
  const log = createControllerLog(options.clock)
  const rollout = readRollout(options.manifests, options.rollout)
  const { strategy } = rollout.spec
  const { stableHash, canaryHash } = options
  const analysisRuns: AnalysisRun[] = []
  let weight = 0
  const setWeight = async (to: number): Promise<void> => {
    weight = to
    log.deed(`weight ${to}`)
    await options.onWeight(to)
  }
  const statusAt = (step: number): RolloutStatus => {
    if (strategy.canary === undefined) return {}
    const { trafficRouting } = strategy.canary
    return {
      currentStepIndex: step,
      canary: trafficRouting === undefined ? {} : { weights: { canary: { weight } } },
    }
  }
  const context: StepContext = {
    ...options,
    log,
    analysisRuns,
    setWeight,
    stateAt: (step) => ({ rollout, stableHash, canaryHash, status: statusAt(step) }),
  }
  const end = await (strategy.canary === undefined
    ? runBlueGreen(strategy.blueGreen, context)
    : runCanarySteps(strategy.canary, context))
  const phase = end === 'done' ? 'Healthy' : 'aborted' in end ? 'Degraded' : 'Paused'
  log.deed(phase)
  const message = end === 'done' ? '' : 'aborted' in end ? end.aborted : `step ${end.leftAt}`
  return { phase, weight, message, analysisRuns, log: log.entries }
}
