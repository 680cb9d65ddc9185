/** How many recordings `replay` judges in a second of processor time: node bench/speed/speed-replay.ts [count] */
import { Readable, Writable } from 'node:stream'
import { analyze } from '../../src/engine/analyze.ts'
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { replay } from '../../src/cli/replay/replay.ts'
import { parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'

const { policy } = parsePolicyObject({
  name: 'strict',
  metrics: [
    { name: 'errors', kind: 'errors' },
    { name: 'latency', kind: 'latency', tolerance: 1 },
    { name: 'conversion', kind: 'conversion', tolerance: 1 },
    { name: 'memory', kind: 'gauge', tolerance: '10%' },
  ],
})

const count = Number(process.argv[2] ?? 100)
const lines = Array.from({ length: count }, (_, seed) =>
  Buffer.from(`${JSON.stringify(simulateRollout({ seed }))}\n`),
)
const texts = lines.map(String)

await judge(lines.slice(0, 20))
const whole = await seconds(() => judge(lines))
const json = await seconds(() => texts.map((text): unknown => JSON.parse(text)))
const values = texts.map((text): unknown => JSON.parse(text))
const parse = await seconds(() => values.map(parseRecording))
const recordings = values.map(parseRecording)
const engine = await seconds(() => recordings.map((recording) => outcomesBySlice(recording, policy)))

const { pods = [], slices = 0, rolloutStart = 0 } = recordings[0] ?? {}
const bytes = Math.round((lines[0]?.length ?? 0) / 1024)
console.log(
  `${count} recordings: ${pods.length} pods, ${slices} slices, ${slices - rolloutStart} looks, ${bytes} kB each`,
)
console.log(
  `replay     ${(count / whole).toFixed(0)} recordings a second, ${perRecording(whole)} each, of which`,
)
console.log(`  JSON     ${perRecording(json)}`)
console.log(`  parse    ${perRecording(parse)}`)
console.log(`  engine   ${perRecording(engine)}`)

function perRecording(total: number): string {
  return `${((1000 * total) / count).toFixed(2)} ms`
}

async function judge(input: readonly Buffer[]): Promise<unknown> {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
  const streams = { input: Readable.from(input, { objectMode: false }), output: nowhere(), errors: nowhere() }
  return replay({ policy, engine: { outcomesBySlice, analyze }, allLooks: false, table: false }, streams)
}

/** Processor time of all threads: the figure is for one core, and other processes on the machine do not change it. */
async function seconds(act: () => unknown): Promise<number> {
  const started = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1e6
}
