import type { Manifest } from '../model/manifest.ts'
import type { Node } from '../model/node.ts'
import type { Surroundings } from '../model/rule.ts'
import { type Analysis, analysisAt } from './argo-analysis.ts'

/** One step of a canary, with what has been set before it. */
export interface RolloutStep {
  readonly node: Node
  /** The weight that the canary has during it. */
  readonly weight: number
  readonly analysis?: Analysis
  /** The routes that select requests for the canary during it, such as `setHeaderRoute`. */
  readonly selecting: ReadonlySet<string>
}

export const canaryOf = ({ root }: Manifest): Node => root.at('spec', 'strategy', 'canary')
export const blueGreenOf = ({ root }: Manifest): Node => root.at('spec', 'strategy', 'blueGreen')

export function stepsOf(rollout: Manifest, surroundings: Surroundings): readonly RolloutStep[] {
  let weight = 0
  const routes = new Map<string, string>()
  return canaryOf(rollout)
    .at('steps')
    .items()
    .map((node) => {
      weight = node.at('setWeight').number ?? weight
      for (const route of ['setHeaderRoute', 'setMirrorRoute']) {
        const set = node.at(route)
        if (!set.exists) continue
        if (set.at('match').exists) routes.set(set.at('name').text ?? '', route)
        else routes.delete(set.at('name').text ?? '')
      }
      const analysis = node.at('analysis').exists
        ? analysisAt(node.at('analysis'), 'step', rollout, surroundings)
        : undefined
      return { node, weight, ...(analysis && { analysis }), selecting: new Set(routes.values()) }
    })
}

/** Every analysis of a Rollout, wherever it is. */
export function analysesOf(rollout: Manifest, surroundings: Surroundings): readonly Analysis[] {
  const canary = canaryOf(rollout)
  const blueGreen = blueGreenOf(rollout)
  const others = [
    [canary.at('analysis'), 'background'],
    [blueGreen.at('prePromotionAnalysis'), 'pre-promotion'],
    [blueGreen.at('postPromotionAnalysis'), 'post-promotion'],
    ...canary
      .at('steps')
      .items()
      .flatMap((step) => step.at('experiment', 'analyses').items())
      .map((each) => [each, 'experiment'] as const),
  ] as const
  return [
    ...stepsOf(rollout, surroundings).flatMap(({ analysis }) => analysis ?? []),
    ...others
      .filter(([node]) => node.exists)
      .map(([node, where]) => analysisAt(node, where, rollout, surroundings)),
  ]
}
