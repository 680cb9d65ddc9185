import { defineConfig } from 'vitest/config'

// The mutated rooms' own tests only, without simulations of many rollouts: mutants must die where the room is
// tested, and quickly.
export default defineConfig({
  test: {
    include: ['test/engine/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts', 'test/engine/{properties,decision/properties}.test.ts'],
    testTimeout: 30_000,
  },
})
