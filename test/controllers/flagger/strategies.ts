import { z } from 'zod'
import { type Manifest, readManifests } from '../manifests.ts'

const document = z.looseObject({ spec: z.looseObject({ analysis: z.looseObject({}) }) })

/** The Canary of `rollouts/` with a number of checks in place of weights, as blue/green and A/B have it. */
export function withIterations({
  iterations,
  ab = false,
  router = true,
}: {
  readonly iterations: number
  readonly ab?: boolean
  readonly router?: boolean
}): readonly Manifest[] {
  return readManifests(['rollouts/flagger/base/canary.yaml']).map((manifest) => {
    const text = JSON.stringify(manifest.document).replaceAll(
      '"steps":"5,25,50"',
      '"steps":"50","minutes":"10"',
    )
    const { spec, ...rest } = document.parse(JSON.parse(text))
    const { stepWeights: _, ...analysis } = spec.analysis
    const match = ab ? { match: [{ headers: { 'x-canary': { exact: 'insider' } } }] } : {}
    const provider = router ? {} : { provider: 'kubernetes' }
    return {
      ...manifest,
      document: { ...rest, spec: { ...spec, ...provider, analysis: { ...analysis, iterations, ...match } } },
    }
  })
}
