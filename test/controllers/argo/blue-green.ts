import { analyse, type StepEnd } from './analysis.ts'
import type { Strategy } from './manifests.ts'
import type { StepContext } from './steps.ts'

/** Shifts all traffic at once. One analysis runs before, when only the preview Service has the new version, and one after. */
export async function runBlueGreen(
  { prePromotionAnalysis: before, postPromotionAnalysis: after }: NonNullable<Strategy['blueGreen']>,
  context: StepContext,
): Promise<StepEnd> {
  if (before !== undefined) {
    const end = await analyse(before, 0, context)
    if (end !== 'done') return end
  }
  await context.setWeight(100)
  if (after === undefined) return 'done'
  const end = await analyse(after, 1, context)
  if (end !== 'done' && 'aborted' in end) await context.setWeight(0)
  return end
}
