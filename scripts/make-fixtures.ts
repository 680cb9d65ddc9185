import { mkdirSync, writeFileSync } from 'node:fs'
import { fixtureRecordings, toFixtureText } from './contents/fixture-recordings.ts'

const folder = new URL('../test/fixtures/recordings/', import.meta.url)

mkdirSync(folder, { recursive: true })
for (const [name, recording] of Object.entries(fixtureRecordings())) {
  writeFileSync(new URL(`${name}.json`, folder), toFixtureText(recording))
  console.log(`test/fixtures/recordings/${name}.json`)
}
