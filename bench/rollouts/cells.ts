import type { Effect } from '../../src/simulate/effect.ts'
import { effects } from '../../src/simulate/effect.ts'
import type { noises } from '../../src/simulate/noise.ts'
import type { PlanName } from './plans.ts'

/** One kind of rollout. All simulations of the cell have these values. */
export interface RolloutCell {
  readonly name: string
  readonly noise: keyof typeof noises
  readonly rps: number
  /** Share of requests that fail when nothing is wrong. */
  readonly base: number
  readonly pods: number
  /** Minutes of stable before the rollout. */
  readonly history: number
  /** False: the recording has one row for each arm and no pods. */
  readonly labels: boolean
  readonly plan: PlanName
  readonly effect: EffectName
  /** The table that has this cell. */
  readonly part: string
}

/** The effects of a release: those of the simulator, and harm that begins between two steps. */
export const rolloutEffects = {
  ...effects,
  'errors-x3-late': { errors: 3, fromMinute: 14 },
  'latency-25-late': { latency: 1.25, fromMinute: 20 },
} as const satisfies Readonly<Record<string, Effect>>

export type EffectName = keyof typeof rolloutEffects

export const isHealthy = ({ effect }: RolloutCell): boolean => effect === 'none'

type Traits = Omit<RolloutCell, 'name' | 'part'>
type Lists = { readonly [K in keyof Traits]?: readonly Traits[K][] }

const usual: Traits = {
  noise: 'quiet',
  rps: 50,
  base: 0.005,
  pods: 10,
  history: 120,
  labels: true,
  plan: 'argo',
  effect: 'none',
}

const traffic = [0.2, 1, 5, 20, 50, 500] as const
const bases = [0.001, 0.005, 0.02] as const
const harms = [
  'errors-x1.5',
  'errors-x2',
  'errors-x3',
  'errors-x10',
  'errors-x2-late',
  'errors-x3-late',
  'latency-10',
  'latency-25',
  'latency-x2',
  'latency-25-late',
  'crash',
  'bad-pod',
  'leak',
  'conversion-5',
  'conversion-20',
] as const satisfies readonly EffectName[]
const mainHarms = ['errors-x2', 'errors-x3', 'errors-x10', 'errors-x2-late', 'latency-25', 'crash'] as const

/** Every cell of the benchmark, healthy ones first. */
export const cells: readonly RolloutCell[] = [
  ...part('by traffic', { noise: ['quiet', 'bursty', 'clumped'], rps: traffic, base: bases }),
  ...part('by what happens meanwhile', {
    noise: ['outage', 'outage-30', 'outage-60', 'cold-start', 'diurnal'],
    rps: [1, 5, 50],
  }),
  ...part('few pods', { pods: [1, 3], noise: ['quiet', 'bursty'], rps: [1, 5, 50] }),
  ...part('ten minutes of history', {
    history: [10],
    pods: [3, 10],
    noise: ['quiet', 'bursty'],
    rps: [1, 10, 50],
  }),
  ...part('arms only', { labels: [false], noise: ['quiet', 'bursty', 'clumped'], rps: [1, 5, 50] }),
  ...part('arms only, ten minutes of history', {
    labels: [false],
    history: [10],
    noise: ['quiet', 'bursty'],
    rps: [5, 50],
  }),
  ...part('other plans', {
    plan: ['careful', 'flagger', 'half'],
    noise: ['quiet', 'bursty'],
    rps: [0.2, 1, 5, 50],
  }),
  ...part('harm by traffic', { effect: harms, rps: traffic }),
  ...part('harm at other error rates', {
    effect: ['errors-x2', 'errors-x3', 'errors-x10'],
    base: [0.001, 0.02],
    rps: traffic,
  }),
  ...part('harm in noise', { noise: ['bursty', 'clumped'], effect: mainHarms, rps: [5, 50] }),
  ...part('harm with few pods', { pods: [1, 3], effect: mainHarms, rps: [5, 50] }),
  ...part('harm with ten minutes of history', { history: [10], pods: [3, 10], effect: mainHarms, rps: [10] }),
  ...part('harm by arm only', { labels: [false], effect: mainHarms, rps: [5, 50] }),
  ...part('harm in other plans', { plan: ['careful', 'flagger', 'half'], effect: mainHarms, rps: [5, 50] }),
]

/** All combinations of the listed traits; the other traits have their usual value. */
function part(name: string, lists: Lists): readonly RolloutCell[] {
  let found: readonly Traits[] = [usual]
  const combine = <K extends keyof Traits>(key: K, values: readonly Traits[K][] | undefined): void => {
    if (values !== undefined)
      found = found.flatMap((traits) => values.map((value) => ({ ...traits, [key]: value })))
  }
  combine('effect', lists.effect)
  combine('plan', lists.plan)
  combine('labels', lists.labels)
  combine('history', lists.history)
  combine('pods', lists.pods)
  combine('noise', lists.noise)
  combine('base', lists.base)
  combine('rps', lists.rps)
  return found.map((traits) => ({ ...traits, part: name, name: `${name}: ${nameOf(traits)}` }))
}

function nameOf({ noise, rps, base, pods, history, labels, plan, effect }: Traits): string {
  const words = [
    effect === 'none' ? 'healthy' : effect,
    noise,
    `${rps} rps`,
    `${base * 100} %`,
    pods === usual.pods ? '' : `${pods} ${pods === 1 ? 'pod' : 'pods'}`,
    history === usual.history ? '' : `${history} min`,
    labels ? '' : 'arms only',
    plan === usual.plan ? '' : plan,
  ]
  return words.filter((word) => word !== '').join(', ')
}
