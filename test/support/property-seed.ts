import { env } from 'node:process'

/**
 * Each run tries the properties with other examples. In CI, FAST_CHECK_SEED fixes the examples, so that a failure comes
 * from the change and not from chance.
 */
const seed = env['FAST_CHECK_SEED']
if (seed !== undefined) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ seed: Number(seed) })
}
