import { outcomesBySlice, type Policy } from '../../src/engine/index.ts'
import { parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { history, seriesRollout, type SeriesRollout, seriesWorlds } from './series-worlds.ts'

// Prints the table of docs/statistics.md about series: npm run bench:series -- [rollouts]

const rollouts = Number(process.argv[2] ?? 1000)

const policy: Policy = parsePolicyObject({
  name: 'orders',
  metrics: [{ name: 'orders', kind: 'series', harm: 'up' }],
}).policy

interface Found {
  readonly aborted: number
  readonly onTime: number
  readonly minutes: number
}

function play(made: (seed: string) => SeriesRollout): Found {
  let [aborted, onTime, minutes] = [0, 0, 0]
  for (let seed = 0; seed < rollouts; seed++) {
    const { firstFail, passedSteps } = outcomesBySlice(seriesRollout(made(`series ${seed}`)), policy)
    if (firstFail !== undefined) {
      aborted++
      minutes += firstFail + 1 - history
    }
    if (passedSteps.length === 3) onTime++
  }
  return { aborted: aborted / rollouts, onTime: onTime / rollouts, minutes: minutes / aborted }
}

const percent = (share: number): string => (100 * share).toFixed(1)
const found = ({ aborted, onTime, minutes }: Found): string =>
  `${percent(aborted)}${aborted > 0 ? `; ${minutes.toFixed(0)}` : ''}; ${percent(onTime)}`

console.log(
  '| noise | healthy: aborted; passed every step | 25 % higher: aborted; minutes; passed | twice as high | 50 % higher from minute 15 |',
)
console.log('|---|--:|--:|--:|--:|')
for (const [name, world] of Object.entries(seriesWorlds)) {
  const healthy = play((seed) => ({ seed, world }))
  const harmful = [{ effect: 1.25 }, { effect: 2 }, { effect: 1.5, from: 15 }].map((harm) =>
    play((seed) => ({ seed, world, ...harm })),
  )
  console.log(
    `| ${name} | ${percent(healthy.aborted)}; ${percent(healthy.onTime)} | ${harmful.map(found).join(' | ')} |`,
  )
}
const long = [
  'quiet, correlation .5',
  'noisy, correlation .95',
  'canary twice as noisy, correlation .9',
] as const
for (const name of long) {
  const { aborted } = play((seed) => ({ seed, world: seriesWorlds[name], slices: 240, steps: false }))
  console.log(`| ${name}, four hours without steps | ${percent(aborted)} | | | |`)
}
