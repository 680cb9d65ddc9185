import { PassThrough, Readable } from 'node:stream'
import type { Streams } from '../../src/cli/command.ts'
import { runCommandLine } from '../../src/cli/command-line.ts'
import type { Engine } from '../../src/cli/replay/replay-recording.ts'

export interface Collected extends Streams {
  readonly out: () => string
  readonly err: () => string
}

/** Streams in memory. The input comes in chunks of the given size. */
export function collect(input: string | Buffer, chunkSize = 1000): Collected {
  const bytes = Buffer.from(input)
  const count = Math.ceil(bytes.length / chunkSize)
  const chunks = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize),
  )
  const [output, out] = sink()
  const [errors, err] = sink()
  return { input: Readable.from(chunks, { objectMode: false }), output, errors, out, err }
}

function sink(): [PassThrough, () => string] {
  const stream = new PassThrough()
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return [stream, () => Buffer.concat(chunks).toString()]
}

/** An engine that passes at the third slice and fails at the fifth, whatever the data are. */
export const fixedEngine: Engine = {
  outcomesBySlice({ slices, rolloutStart }) {
    const looks = Array.from({ length: slices - rolloutStart }, (_, index) => {
      const verdict = index < 2 ? 'inconclusive' : index < 4 ? 'pass' : 'fail'
      return { at: rolloutStart + index, judged: verdict, verdict } as const
    })
    const firstFail = looks.find(({ verdict }) => verdict === 'fail')?.at
    return {
      looks,
      ...(firstFail === undefined ? {} : { firstFail }),
      passedSteps: looks.length > 2 ? [{ weight: 5, slice: rolloutStart + 2 }] : [],
    }
  },
  analyze(_recording, _policy, at) {
    return {
      judged: 'pass',
      verdict: 'pass',
      score: at + 0.25,
      summary: `pass: at ${at}`,
      reasons: [],
      metrics: [],
      window: { from: '', to: '', at },
    }
  },
}

/** What a command wrote, and its exit code. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process. */
export async function runCli(args: readonly string[]): Promise<Ran> {
  const streams = collect('')
  const code = await runCommandLine(args, { ...streams, engine: fixedEngine, version: '0' })
  return { code, out: streams.out(), err: streams.err() }
}
