import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { demo } from '../../../src/cli/demo/demo.ts'

export interface DemoPages {
  readonly url: string
  /** The path of each page, by the name of its picture. */
  readonly paths: Readonly<Record<string, string>>
  [Symbol.asyncDispose](): Promise<void>
}

const begin = Date.parse('2026-11-20T10:00:00Z')
/** At this minute one rollout was promoted, one has failed, one goes on, and one waits for a person. */
const minutes = 40

/** The demo, stopped at a fixed minute: its pages are the same in every run. */
export async function startDemoPages(): Promise<DemoPages> {
  const end = Promise.withResolvers<void>()
  const played = Promise.withResolvers<void>()
  const output = new PassThrough({ encoding: 'utf8' })
  let left = minutes
  const minute = async (signal: AbortSignal): Promise<void> => {
    left -= 1
    if (left >= 0) return
    played.resolve()
    await once(signal, 'abort')
  }
  const running = demo({
    env: { PORT: '0' },
    output,
    ended: end.promise,
    minute,
    version: '0.0.0',
    beginMs: begin,
  })
  const [said]: unknown[] = await Promise.race([once(output, 'data'), running.then(() => [''])])
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))?.[0] ?? ''
  output.resume()
  await played.promise
  return {
    url,
    paths: await pathsOf(url),
    async [Symbol.asyncDispose]() {
      end.resolve()
      await running
    },
  }
}

const runsSchema = z.object({ runs: z.array(z.looseObject({ id: z.string(), name: z.string() })) })

async function pathsOf(url: string): Promise<Readonly<Record<string, string>>> {
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json()
  const { runs } = runsSchema.parse(await read('/v1/runs'))
  const idOf = (name: string): string => encodeURIComponent(runs.find((run) => run.name === name)?.id ?? '')
  return { rollouts: '/', waiting: `/runs/${idOf('by-hand')}` }
}
