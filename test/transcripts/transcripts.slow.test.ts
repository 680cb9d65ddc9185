import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { toolsMissing } from '../support/parts/tools.ts'
import { transcriptPages } from './pages.ts'
import { playPage } from './play-page.ts'

const missing = toolsMissing()
const block = (scene: string, text: string): string =>
  `# A page\n\n<!-- transcript: ${scene} -->\n\n\`\`\`console\n${text}\`\`\`\n\n<!-- /transcript -->\n\nAfter it.\n`

test.runIf(missing === undefined).each(transcriptPages)(
  '%s shows what its commands write; `npm run docs:transcripts` writes it',
  { timeout: 120_000 },
  async (file) => {
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('<!-- transcript: ')
    expect(await playPage(page)).toBe(page)
  },
)

test.runIf(missing === undefined)(
  'playPage() replaces what is stale, keeps comments, lets time pass and hands variables on',
  async () => {
    const page = block(
      'flagger begins',
      '$ A=1\nstale\n# only a remark\n$ echo "$A" |\n  cat\nstale\n# 5 minutes later\n$ curl -s "$JUDGE/healthz"\n',
    )
    const expected = page
      .replace('$ A=1\nstale', '$ A=1')
      .replace('cat\nstale', 'cat\n1')
      .replace('healthz"\n', 'healthz"\n{"status":"ok"}\n')
    expect(await playPage(page)).toBe(expected)
  },
)

test('playPage() refuses a scene that it does not know', async () => {
  await expect(playPage(block('nowhere', '$ true\n'))).rejects.toThrow(
    /expected one of .*flagger begins.*"nowhere"/,
  )
})

test.runIf(missing === undefined)('playPage() refuses a command that is a mistake', async () => {
  await expect(playPage(block('flagger begins', '$ no-such-command\n'))).rejects.toThrow(/ended with 127/)
})

test('playPage() leaves a page without transcripts as it is', async () => {
  expect(await playPage('# A page\n\n```console\n$ true\n```\n')).toBe(
    '# A page\n\n```console\n$ true\n```\n',
  )
})

test.runIf(missing === undefined)('curl is new enough for the pages', () => {
  expect(execFileSync('curl', ['--help', 'all']).toString()).toContain('--json')
})
