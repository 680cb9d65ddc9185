import { expect, test } from 'vitest'
import { fixture } from './examples.ts'
import { lintText } from './lint-text.ts'

const rulesIn = async (text: string): Promise<readonly string[]> =>
  (await lintText(text)).findings.map(({ rule }) => rule)

const blueGreen = (promotes: string): string =>
  fixture('argo').replace(
    '    canary:\n      canaryService',
    `    blueGreen:\n      activeService: web\n      autoPromotionEnabled: ${promotes}\n      canaryService`,
  )

test.each(['no', 'No', 'off', 'OFF', 'n', 'false'])(
  'lint reads %s in a Rollout as false, as kubectl does',
  async (no) => {
    expect(await rulesIn(blueGreen(no))).toEqual([])
  },
)

test.each(['yes', 'on', 'y', 'true'])('lint reads %s in a Rollout as true, as kubectl does', async (yes) => {
  expect(await rulesIn(blueGreen(yes))).toEqual(['blind-canary'])
})

test('lint reads skipAnalysis: yes as kubectl does', async () => {
  const canary = fixture('metric-template').replace(
    'spec:\n  targetRef',
    'spec:\n  skipAnalysis: yes\n  targetRef',
  )
  expect(await rulesIn(canary)).toEqual(['blind-canary'])
})

test('lint reads 010 in a Canary as eight, and 08 too', async () => {
  for (const weight of ['010', '08'])
    expect(
      await rulesIn(
        fixture('flagger').replace('[5, 25, 50]', `[5, ${weight}, 50]`).replace('5,25,50', '5,8,50'),
      ),
    ).toEqual([])
})

test('lint reads the words of a policy as the service does, for which on and no are texts', async () => {
  const named = `name: on\n${fixture('policy').replace(/^name: .*\n/m, '')}`
  const { findings, objects } = await lintText(named)
  expect([findings, objects]).toEqual([[], 1])
  const [mistake] = (await lintText(fixture('policy').replace(/^(metrics:)/m, 'riskProportional: yes\n$1')))
    .findings
  expect(mistake).toMatchObject({ rule: 'policy-mistake', message: expect.stringContaining('got "yes"') })
})
