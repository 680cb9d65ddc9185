import { readFileSync, writeFileSync } from 'node:fs'
import { transcriptPages } from '../test/transcripts/pages.ts'
import { playPage } from '../test/transcripts/play-page.ts'

for (const page of transcriptPages) {
  writeFileSync(page, await playPage(readFileSync(page, 'utf8')))
  console.log(page)
}
