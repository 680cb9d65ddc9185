export interface SliceBlock {
  readonly from: number
  /** The first slice after the block. */
  readonly to: number
}

const sizes = [64, 16, 4, 1] as const
const largest = sizes[0]

/**
 * Cuts slices into blocks that end at multiples of 64 since the epoch, and the rest after the last of these into
 * blocks of 16, 4 and 1. However many looks a run has, each slice is stored at most four times, in blocks of growing
 * size, and a look has few blocks.
 */
export const sliceBlocks = (firstSlice: number, slices: number): readonly SliceBlock[] => {
  const blocks: SliceBlock[] = []
  const end = firstSlice + slices
  let position = firstSlice
  while (position < end) {
    const boundary = (Math.floor(position / largest) + 1) * largest
    const next = boundary <= end ? boundary : position + fittingSize(position, end)
    blocks.push({ from: position - firstSlice, to: next - firstSlice })
    position = next
  }
  return blocks
}

/** The number of a slice since the epoch, so that later windows have the same blocks. */
export const absoluteSlice = (start: string, sliceSeconds: number): number => {
  const index = Math.floor(Date.parse(start) / 1000 / sliceSeconds)
  return Number.isSafeInteger(index) ? index : 0
}

const fittingSize = (position: number, end: number): number =>
  sizes.find((size) => position % size === 0 && position + size <= end) ?? 1
