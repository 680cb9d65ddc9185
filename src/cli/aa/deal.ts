import type { Stretch } from '../past/served-alone.ts'

/** What a pretended rollout needs, in seconds. */
export interface Room {
  readonly history: number
  /** The planned length of the rollout. */
  readonly planned: number
  /** How long one step may wait after its planned end. */
  readonly hold: number
  readonly steps: number
}

/** A pretended rollout that is to be played. Rollouts of one slot share their time. */
export interface Dealt {
  readonly number: number
  readonly slot: number
  /** Unix seconds. */
  readonly start: number
}

/** A part of a stretch that is read at once, with the rollouts that begin in it. */
export interface Block extends Stretch {
  readonly rollouts: readonly Dealt[]
}

const blockSeconds = 12 * 3600
/** A young version has less history, as in a rollout that follows soon after another one. */
const leastHistory = 1800

/** How many slots there are, and the blocks with the rollouts, which are dealt evenly over the slots. */
export function deal(
  stretches: readonly Stretch[],
  rollouts: number,
  room: Room,
): { readonly slots: number; readonly blocks: readonly Block[] } {
  const slots = stretches.flatMap((stretch) => slotsIn(stretch, room))
  const all = Array.from({ length: rollouts }, (_, number) => {
    const slot = Math.floor(((number + 0.5) * slots.length) / rollouts)
    const place = slots[slot]
    return place === undefined ? [] : [{ number, slot, ...place }]
  }).flat()
  const groups = Map.groupBy(
    all,
    ({ stretch, start }) =>
      `${stretch.version} ${stretch.from} ${Math.floor((start - stretch.from) / blockSeconds)}`,
  )
  return { slots: slots.length, blocks: [...groups.values()].flatMap((group) => blockOf(group, room)) }
}

/** How long one version must serve alone for one rollout. */
export const secondsFor = ({ history, planned, hold }: Room): number =>
  Math.min(history, leastHistory) + planned + hold

function slotsIn(
  stretch: Stretch,
  { history, planned, hold }: Room,
): readonly { readonly stretch: Stretch; readonly start: number }[] {
  const first = stretch.from + Math.min(history, leastHistory)
  const count = Math.floor((stretch.to - hold - first) / planned)
  return Array.from({ length: Math.max(count, 0) }, (_, i) => ({ stretch, start: first + i * planned }))
}

/** Two blocks with half of the rollouts each; undefined where all begin at the same time. */
export function halved(
  block: Block,
  { history, planned, hold, steps }: Room,
): readonly [Block, Block] | undefined {
  const starts = [...new Set(block.rollouts.map(({ start }) => start))]
  const middle = starts[Math.ceil(starts.length / 2)]
  if (middle === undefined || starts.length < 2) return undefined
  const before = block.rollouts.filter(({ start }) => start < middle)
  const last = before.at(-1)?.start ?? middle
  return [
    { ...block, to: Math.min(block.to, last + planned + hold * steps), rollouts: before },
    {
      ...block,
      from: Math.max(block.from, middle - history),
      rollouts: block.rollouts.filter(({ start }) => start >= middle),
    },
  ]
}

function blockOf(
  group: readonly (Dealt & { readonly stretch: Stretch })[],
  { history, planned, hold, steps }: Room,
): readonly Block[] {
  const [first] = group
  const last = group.at(-1)
  if (first === undefined || last === undefined) return []
  const { stretch } = first
  return [
    {
      version: stretch.version,
      from: Math.max(stretch.from, first.start - history),
      to: Math.min(stretch.to, last.start + planned + hold * steps),
      rollouts: group.map(({ number, slot, start }) => ({ number, slot, start })),
    },
  ]
}
