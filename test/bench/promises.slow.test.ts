import { expect, test } from 'vitest'
import { type Cell, promised, promisedMinutes, simulatedPower } from '../../bench/promises/promise.ts'

const usual = {
  rps: 20,
  errorRate: 0.005,
  pods: 10,
  noise: 'quiet',
  weights: [10, 50],
  minutes: [10, 10],
} as const
/** Three standard errors of a share of 80 % of so many rollouts. */
const rollouts = 60
const chance = 0.155

/** `npm run bench:promises` has more of them. */
test.each<Cell>([
  { ...usual, kind: 'errors' },
  { ...usual, kind: 'errors', rps: 2 },
  { ...usual, kind: 'errors', pods: 3 },
  { ...usual, kind: 'latency' },
  { ...usual, kind: 'conversion' },
])('what a plan promises of $kind at $rps a second with $pods pods is within 25 % of simulation', (cell) => {
  const last = cell.weights.length - 1
  const above = (promised(cell)[last] ?? Infinity) - 1
  expect(simulatedPower(cell, last, 1 + above * 1.25, rollouts)).toBeGreaterThan(0.8 - chance)
  expect(simulatedPower(cell, last, 1 + above / 1.25, rollouts)).toBeLessThan(0.8 + chance)
})

test.each([
  { ...usual, kind: 'errors', weights: [25], effect: 2 },
  { ...usual, kind: 'errors', rps: 2, weights: [50], effect: 3 },
] as const)(
  'the minutes for errors ×$effect at $rps a second are within 25 % of simulation',
  ({ effect, ...cell }) => {
    const minutes = promisedMinutes(cell, effect) ?? Infinity
    const power = (times: number): number =>
      simulatedPower({ ...cell, minutes: [Math.round(minutes * times)] }, 0, effect, rollouts)
    expect(power(1.25)).toBeGreaterThan(0.8 - chance)
    expect(power(1 / 1.25)).toBeLessThan(0.8 + chance)
  },
)
