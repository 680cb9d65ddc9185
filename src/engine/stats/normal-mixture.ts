import { normalLogSf } from './normal-log-sf.ts'

/**
 * ln of the likelihood ratio of "above 0" against "at 0" for a normal score with this information, averaged over effects:
 * half a normal distribution around 0, of which `prior` is one over the variance.
 */
export function logNormalMixture(score: number, information: number, prior: number): number {
  const total = information + prior
  return (
    0.5 * Math.log((4 * prior) / total) + score ** 2 / (2 * total) + normalLogSf(-score / Math.sqrt(total))
  )
}
