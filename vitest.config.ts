import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/missing-parts.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/main.ts', 'src/app/serve.ts', 'src/cli.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { branches: 90, lines: 90, functions: 90, statements: 90 },
    },
  },
})
