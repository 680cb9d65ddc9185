import { defineConfig } from 'vitest/config'

// The mutated rooms' own tests only: mutants must die where the room is tested, and quickly.
export default defineConfig({
  test: { include: ['test/{stats,analysis}/**/*.test.ts'], testTimeout: 30_000 },
})
