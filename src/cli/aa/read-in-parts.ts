import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import { type Block, halved, type Room } from './deal.ts'
import type { BlockRead } from './read-block.ts'

export interface Part extends Pick<Block, 'rollouts'> {
  readonly recording: Recording
}

/**
 * Reads the data for the rollouts of a block, at once or, where Prometheus refuses so much, in halves of halves. `limit`
 * remembers which length was refused, so that a server is not asked for as much again.
 */
export async function* readInParts(
  block: Block,
  room: Room,
  read: (block: Block) => Promise<BlockRead>,
  limit: { tooLong: number },
): AsyncGenerator<Part> {
  const halves = halved(block, room)
  const length = block.to - block.from
  if (halves === undefined || length < limit.tooLong) {
    const result = await read(block)
    if ('recording' in result) {
      yield { rollouts: block.rollouts, recording: result.recording }
      return
    }
    if (halves === undefined)
      throw new AppError(
        'bad-request',
        `Prometheus could not be read: ${result.tooLarge}; shorten \`history\` of the policy, or let its selectors leave series out`,
      )
    limit.tooLong = length
  }
  for (const half of halves) yield* readInParts(half, room, read, limit)
}
