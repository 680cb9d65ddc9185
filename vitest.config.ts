import { defineConfig } from 'vitest/config'

const slow = 'test/**/*.slow.test.ts'

// Two projects: `npm test` runs the quick one, `npm run test:slow` the one with simulations of many rollouts, processes
// that are killed, and live targets.
export default defineConfig({
  test: {
    globalSetup: ['test/support/parts/missing-parts.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [slow], isolate: false },
      },
      // Processes start and are killed here, which takes ten times as long where others have the processors.
      { extends: true, test: { name: 'slow', include: [slow], testTimeout: 300_000 } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/main.ts', 'src/app/serve.ts', 'src/cli.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { branches: 90, lines: 90, functions: 90, statements: 90 },
    },
  },
})
