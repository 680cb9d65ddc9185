import { env } from 'node:process'

/**
 * Properties are tried with other examples in every run, but for CI, where FAST_CHECK_SEED makes a red run speak of the
 * change and not of the draw.
 */
const seed = env['FAST_CHECK_SEED']
if (seed !== undefined) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ seed: Number(seed) })
}
