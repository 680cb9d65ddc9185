import { openStore } from '../../src/store/open-store.ts'
import { sampleRecording } from '../support/recordings.ts'
import { aRun, aStep, aVerdict, silentLog, t0 } from '../contract/rows.ts'

/**
 * A process that writes until it is killed or has written its rows, and prints a line for each promise that has
 * resolved. Its arguments are the URL of the store, a name, and the number of rounds.
 */
const [url = '', name = '', rounds = '0'] = process.argv.slice(2)
const store = await openStore({ url, clock: { now: () => t0 }, log: silentLog })
const acknowledge = (...words: readonly string[]): void => {
  // a pipe is written synchronously, so a printed line has left the process
  process.stdout.write(`${words.join(' ')}\n`)
}
const { run, opened } = await store.openRun(aRun({ id: name, name: `run-of-${name.replace(/\d+$/u, '')}` }))
acknowledge(opened ? 'opened' : 'joined', run.id)
for (let round = 0; round < Number(rounds); round += 1) {
  const id = `${name}-${round}`
  await store.saveVerdict(aVerdict(run.id, { id, at: t0 + round }))
  acknowledge('verdict', id)
  await store.updateRun(run.id, { lastLookAt: t0 + round })
  if (round % 4 === 0) {
    await store.saveStep(aStep(run.id, { index: round }))
    acknowledge('step', run.id, String(round))
    const digest = await store.saveRecording(run.id, sampleRecording(10 + round, name.length))
    acknowledge('recording', digest)
  }
}
await store.close()
acknowledge('done')
