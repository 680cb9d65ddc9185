import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import type { PolicyPlaces } from '../../judge/judge.ts'

/** The folder is beside src/ in the repository and beside dist/ in the image. */
export const bundledPolicies = fileURLToPath(new URL('../../../policies', import.meta.url))

export function policyPlaces({ policies }: Config): PolicyPlaces {
  return {
    bundled: bundledPolicies,
    ...(policies.directory !== undefined && { directory: policies.directory }),
    ...(policies.defaults !== undefined && { defaults: policies.defaults }),
    ...(policies.default !== undefined && { defaultName: policies.default }),
  }
}
