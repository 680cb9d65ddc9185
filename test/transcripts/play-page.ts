import { minute, type Scene } from '../whole-rollouts/roll-out.ts'
import type { Service } from '../whole-rollouts/service.ts'
import { scenes } from './scenes.ts'
import { createShell, type Shell } from './shell.ts'
import { personsToken } from './start-for-people.ts'

const block = /(<!-- transcript: ([a-z, ]+) -->\s*```console\n)([^]*?)(^```\s*<!-- \/transcript -->)/gm

/**
 * The page with the present output of its commands. Every transcript names its scene, and a transcript goes on where the
 * last one of the same scene ended. Lines with `$` are commands; comments may say what happens meanwhile.
 */
export async function playPage(page: string): Promise<string> {
  await using stages = createStages()
  let played = ''
  let from = 0
  for (const match of page.matchAll(block)) {
    const [whole, head = '', scene = '', text = '', foot = ''] = match
    const stage = await stages.of(scene)
    played += `${page.slice(from, match.index)}${head}${await playBlock(text, stage)}${foot}`
    from = match.index + whole.length
  }
  return played + page.slice(from)
}

interface Stage {
  readonly scene: Scene<Service>
  readonly shell: Shell
}

function createStages() {
  const open = new Map<string, Stage>()
  return {
    async of(name: string): Promise<Stage> {
      const known = open.get(name)
      if (known !== undefined) return known
      const create = scenes[name]
      if (create === undefined) {
        throw new Error(`expected one of ${Object.keys(scenes).join('; ')}, got "${name}"`)
      }
      const scene = await create()
      const shell = createShell({ JUDGE: scene.service.urls()[0] ?? '', TOKEN: personsToken })
      const stage = { scene, shell }
      open.set(name, stage)
      return stage
    },
    async [Symbol.asyncDispose]() {
      for (const { scene, shell } of open.values()) {
        shell[Symbol.dispose]()
        await scene[Symbol.asyncDispose]()
      }
    },
  }
}

async function playBlock(text: string, { scene, shell }: Stage): Promise<string> {
  let played = ''
  for (const line of commandsOf(text)) {
    played += `${line}\n`
    if (line.startsWith('# ')) await happen(line.slice(2), scene)
    else played += masked(await shell.run(line.slice(2)))
  }
  return played
}

/** Comments, and commands with their continuation lines. */
function commandsOf(text: string): readonly string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    const last = found.at(-1) ?? ''
    if (goesOn(last)) found.splice(-1, 1, `${last}\n${line}`)
    else if (/^[$#] /.test(line)) found.push(line)
  }
  return found
}

const goesOn = (line: string): boolean =>
  line.startsWith('$ ') && (/[\\|]$/.test(line) || (line.match(/'/g)?.length ?? 0) % 2 === 1)

/** Does what the comment says, if the comment is a known one. */
async function happen(comment: string, { clock, world }: Scene<Service>): Promise<void> {
  const [, minutes] = /^(\d+) minutes? later/.exec(comment) ?? []
  const [, weight] = /^\s*.*\bthe canary(?: now)? has (\d+) % of the traffic/.exec(comment) ?? []
  if (minutes !== undefined) await clock.wait(Number(minutes) * minute)
  if (weight !== undefined) world.setWeight(Number(weight))
}

const uuid = /\b[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/g
const decidedVerdict = /(?<told>(?:held|approved|rejected) by .*\/v1\/verdicts\/)[\da-f]{32}/g

/**
 * The ids of decisions and requests are random, and the id of a verdict is a hash that includes the ids of the decisions in
 * force. Everything else is the same in each run.
 */
function masked(text: string): string {
  const clean = text
    .replaceAll(uuid, '3f0e7c52-9d1b-4c8a-8a44-51b2c6d7e8f9')
    .replaceAll(decidedVerdict, '$<told>9a265d3af1d702dbc264a73b88bb17aa')
  return clean === '' || clean.endsWith('\n') ? clean : `${clean}\n`
}
