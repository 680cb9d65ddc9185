import { AppError } from '../../src/errors.ts'

export interface Size {
  readonly stable: number
  readonly canary: number
  readonly slices: number
  readonly history: number
}

/** A recording as JSON.parse gives it, with every kind of metric and integers that differ from cell to cell. */
export function plainRecording(size: Partial<Size> = {}): Record<string, unknown> {
  const { stable = 2, canary = 1, slices = 4, history = 2 } = size
  const names = [...numbered(stable, 'stable'), ...numbered(canary, 'canary')]
  const row = (seed: number): number[] =>
    Array.from({ length: slices }, (_, slice) => ((slice + seed) * 7919) % 997)
  const rows = (seed: number): number[][] => names.map((_, pod) => row(seed + pod))
  const bounds = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 5, 10,
  ]
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: 60,
    start: '2026-11-20T10:00:00Z',
    slices,
    rolloutStart: history,
    gates: 1,
    steps: [{ slice: history, ends: slices, weight: 5, next: 100 }],
    pods: names,
    metrics: {
      errors: { kind: 'errors', bad: rows(1), total: rows(2) },
      conversion: { kind: 'conversion', good: rows(3), total: rows(4) },
      p95: {
        kind: 'latency',
        bounds,
        above: names.map((_, pod) => bounds.map((_bound, index) => row(pod + index))),
        total: rows(5),
      },
      memory: { kind: 'gauge', value: rows(6) },
    },
  }
}

function numbered(count: number, arm: string): object[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${arm}-${index}`, arm }))
}

/** The mistakes of an AppError as `path: message`; rethrows everything else. */
export function mistakesOf(act: () => unknown): readonly string[] {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) {
      return error.issues.map(({ path, message, line, column }) => {
        const place = line === undefined ? '' : `${line}:${column} `
        return `${place}${path}: ${message}`
      })
    }
    throw error
  }
  return []
}
