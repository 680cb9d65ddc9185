import { runArgoRollout } from './argo.ts'
import type { ArgoOptions, ArgoResult } from './argo.ts'
import type { NoReply, Reply } from '../call.ts'
import { toLines } from '../controller-log.ts'
import { argoReply, createFakeService } from '../fake-service.ts'
import { readIstioRollout } from './istio.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

export const start = Date.parse('2026-11-20T10:00:00Z')
const manifests = readIstioRollout()
export const pass = argoReply('pass')
export const fail = argoReply('fail')
export const inconclusive = argoReply('inconclusive')

/** Rolls the manifests out, with these answers from the service. */
export async function roll(
  answers: readonly (Reply | NoReply)[],
  change: Partial<ArgoOptions> = {},
): Promise<{
  readonly result: ArgoResult
  readonly lines: readonly string[]
  readonly weights: readonly number[]
}> {
  const weights: number[] = []
  const result = await runArgoRollout({
    manifests,
    call: createFakeService({ '/v1/argo': answers }).call,
    clock: createSimulatedClock(start),
    onWeight: (weight) => {
      weights.push(weight)
    },
    stableHash: '6b8d7c5f4b',
    canaryHash: '79c4bfb5d',
    secrets: { 'canary-judge/token': 'secret-of-the-test' },
    ...change,
  })
  return { result, lines: toLines(result.log, start), weights }
}
