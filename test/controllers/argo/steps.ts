import type { RolloutState } from './args.ts'
import { analyse, type StepEnd } from './analysis.ts'
import type { AnalysisContext } from './analysis.ts'
import { pauseMs, type RolloutStep, type StepExperiment, type Strategy } from './manifests.ts'
import { askPerson } from './person.ts'

export interface StepContext extends AnalysisContext {
  setWeight(weight: number): Promise<void>
}

type CanaryStrategy = NonNullable<Strategy['canary']>

/** Goes through the steps of a canary strategy. The weight is 100 after the last step, and 0 after an abort. */
export async function runCanarySteps(canary: CanaryStrategy, context: StepContext): Promise<StepEnd> {
  const names = (canary.trafficRouting?.managedRoutes ?? []).map(({ name }) => name)
  const routes = new Set(names)
  for (const [index, step] of canary.steps.entries()) {
    const end = await runStep(step, index, { ...context, routes })
    if (end === 'done') continue
    if ('aborted' in end) await context.setWeight(0)
    return end
  }
  await context.setWeight(100)
  return 'done'
}

async function runStep(
  step: RolloutStep,
  index: number,
  context: StepContext & { readonly routes: ReadonlySet<string> },
): Promise<StepEnd> {
  if ('analysis' in step) return analyse(step.analysis, index, context)
  if ('experiment' in step) return runExperiment(step.experiment, index, context)
  if ('pause' in step) return pause(step.pause.duration, index, context)
  if ('setWeight' in step) await context.setWeight(step.setWeight)
  else if ('setCanaryScale' in step) context.log.deed(`canary scale ${JSON.stringify(step.setCanaryScale)}`)
  else {
    const route = 'setHeaderRoute' in step ? step.setHeaderRoute : step.setMirrorRoute
    if (!context.routes.has(route.name)) throw new Error(`${route.name} is no managed route`)
    context.log.deed(`${route.match === undefined ? 'no route' : 'route'} ${route.name}`)
  }
  return 'done'
}

async function pause(
  duration: number | string | undefined,
  index: number,
  context: StepContext,
): Promise<StepEnd> {
  const length = pauseMs(duration)
  if (length === undefined) {
    const person = await askPerson({ reason: 'step', step: index }, context)
    return person === 'analyse-again' ? 'done' : person
  }
  await context.clock.wait(length)
  return 'done'
}

/** Runs ReplicaSets with hashes of their own for as long as the analysis takes. */
async function runExperiment(
  { templates, analyses: [{ templateName, clusterScope, args }] }: StepExperiment,
  index: number,
  context: StepContext,
): Promise<StepEnd> {
  const shares = templates.map(({ name, weight }) => (weight === undefined ? name : `${name} ${weight}`))
  context.log.deed(`experiment ${shares.join(', ')}`)
  const hashes = new Map(templates.map(({ name }) => [name, experimentHash(name, context.stateAt(index))]))
  const resolved = args.map((arg) => ({
    ...arg,
    ...(arg.value !== undefined && { value: withHashes(arg.value, hashes) }),
  }))
  const analysis = { templates: [{ templateName, clusterScope }], args: resolved, dryRun: [] }
  const end = await analyse(analysis, index, context)
  context.log.deed('experiment over')
  return end
}

/** A hash that differs from those of the Rollout's own ReplicaSets. */
const experimentHash = (name: string, { stableHash }: RolloutState): string =>
  `${stableHash.slice(0, 6)}${name === 'canary' ? 'x' : 'z'}`

const withHashes = (text: string, hashes: ReadonlyMap<string, string>): string =>
  text.replace(/\{\{templates\.([\w-]+)\.podTemplateHash\}\}/g, (tag, name: string) => {
    const hash = hashes.get(name)
    if (hash === undefined) throw new Error(`failed to resolve ${tag}`)
    return hash
  })
