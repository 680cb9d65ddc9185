import { effectText } from '../../src/engine/index.ts'
import { type Cell, promised, simulatedEffect } from './promise.ts'

/**
 * Compares what `plan` promises with simulated rollouts, and writes a table: `npm run bench:promises -- [rollouts]`.
 * The ratio is of the parts above 1: promised ×3 and simulated ×2.6 give 1.25.
 */
const [rollouts = 100] = process.argv.slice(2).map(Number)
const three = { weights: [5, 25, 50], minutes: [10, 10, 10] }
const two = { weights: [10, 50], minutes: [15, 15] }
const usual = { rps: 20, errorRate: 0.005, pods: 10, noise: 'quiet' } as const
const cells: readonly Cell[] = [
  { kind: 'errors', ...usual, ...three, rps: 1, errorRate: 0.02 },
  { kind: 'errors', ...usual, ...three, rps: 5 },
  { kind: 'errors', ...usual, ...three },
  { kind: 'errors', ...usual, ...three, rps: 200 },
  { kind: 'errors', ...usual, ...two, pods: 3 },
  { kind: 'errors', ...usual, ...two, noise: 'bursty' },
  { kind: 'errors', ...usual, ...two, noise: 'clumped' },
  { kind: 'latency', ...usual, ...two, rps: 2 },
  { kind: 'latency', ...usual, ...two, rps: 50 },
  { kind: 'conversion', ...usual, ...two },
]

console.log('| harm | rps | pods, noise | by the end of | promised | simulated | ratio |')
console.log('|---|---:|---|---|---:|---:|---:|')
for (const cell of cells) {
  for (const [step, promise] of promised(cell).entries()) {
    if (promise === undefined) continue
    const found = simulatedEffect(cell, step, promise, rollouts)
    const [own, other] = [promise, found].map((effect) => effectText(cell.kind, effect))
    const ratio = ((promise - 1) / (found - 1)).toFixed(2)
    const where = `${cell.weights[step]}%, ${cell.minutes.slice(0, step + 1).reduce((a, b) => a + b, 0)} min`
    console.log(
      `| ${cell.kind} | ${cell.rps} | ${cell.pods}, ${cell.noise} | ${where} | ${own} | ${other} | ${ratio} |`,
    )
  }
}
