import { noises } from '../../src/simulate/noise.ts'
import { type Answers, answersOf, winnerPolicy } from './winner.ts'
import type { Experiment } from './winner-worlds.ts'

// Prints the tables of docs/statistics.md about a better arm: npm run bench:winner -- [experiments]

const count = Number(process.argv[2] ?? 300)
const usual = { noise: 'quiet', weight: 50, minutes: 60, rps: 50, pods: [5, 5], effect: {} } as const
const much = { ...usual, rps: 500 }
const all = winnerPolicy('errors', 'p95', 'conversion')

const percent = (share: number): string => (100 * share).toFixed(1)

function row(name: string, { first, minutes }: Answers): void {
  const shares = [
    first['canary-better'],
    first['stable-better'] + first['each-better'],
    first['no-difference'],
    first.undecided,
  ]
  const when = Number.isNaN(minutes) ? '' : minutes.toFixed(0)
  console.log(`| ${name} | ${shares.map(percent).join(' | ')} | ${when} |`)
}

function head(what: string): void {
  console.log(`\n| ${what} | canary better | stable better | no difference | undecided | minutes |`)
  console.log('|---|--:|--:|--:|--:|--:|')
}

head('equal arms')
const equal: Readonly<Record<string, Partial<Experiment>>> = {
  ...Object.fromEntries(Object.keys(noises).map((noise) => [noise, { noise }])),
  'quiet, 2 a second': { rps: 2 },
  'bursty, 2 pods in each arm': { noise: 'bursty', pods: [2, 2] },
  'bursty, 1 pod with 10 % against 9': { noise: 'bursty', weight: 10, pods: [1, 9] },
  'quiet, without pods': { podLabels: false },
  'bursty, without pods': { noise: 'bursty', podLabels: false },
  'quiet, without history': { history: 0 },
  'bursty, without history': { noise: 'bursty', history: 0 },
}
for (const [name, world] of Object.entries(equal))
  row(name, answersOf({ ...usual, ...world }, all, { count, name }))

head('different arms')
const different: Readonly<Record<string, Partial<Experiment>>> = {
  'errors doubled': { effect: { errors: 2 } },
  'errors halved': { effect: { errors: 0.5 } },
  'p95 25 % slower': { effect: { latency: 1.25 } },
  'p95 20 % quicker': { effect: { latency: 0.8 } },
  'conversion 10 % lower': { effect: { conversion: 0.9 } },
  'conversion 10 % higher': { effect: { conversion: 1.1 } },
  'conversion 20 % higher, p95 25 % slower': { effect: { conversion: 1.2, latency: 1.25 } },
}
for (const [name, world] of Object.entries(different))
  row(name, answersOf({ ...usual, ...world }, all, { count, name }))

head('one metric, 500 requests a second')
const { errors, latency, conversion } = { errors: 1.5, latency: 1.1, conversion: 0.96 }
const edge = [
  ['errors, equal', 'errors', {}],
  ['errors at the margin', 'errors', { errors }],
  ['errors at the margin, the other way', 'errors', { errors: 1 / errors }],
  ['p95, equal', 'p95', {}],
  ['p95 at the margin', 'p95', { latency }],
  ['p95 at the margin, the other way', 'p95', { latency: 1 / latency }],
  ['conversion, equal', 'conversion', {}],
  ['conversion at the margin', 'conversion', { conversion }],
  ['conversion at the margin, the other way', 'conversion', { conversion: 1 / conversion }],
] as const
for (const [name, metric, effect] of edge)
  row(name, answersOf({ ...much, effect }, winnerPolicy(metric), { count, name }))
