import type { Environment } from '../../app/config/config.ts'
import { plannedMinutes } from '../../engine/model/planned-seconds.ts'
import type { Policy } from '../../engine/model/policy.ts'
import { AppError } from '../../errors.ts'
import { policyDigest } from '../../formats/policy/policy-digest.ts'
import type { Played } from '../../simulate/play-rollout.ts'
import type { Surroundings } from '../command.ts'
import { openPastService, type PastService, type Span } from '../past/past-service.ts'
import type { PastFlags } from '../past/past-flags.ts'
import { openSavedRecordings } from '../past/saved-recordings.ts'
import { statusLine, type StatusLine } from '../past/status-line.ts'
import { summarize } from '../plan/plan.ts'
import { readPolicyAndWarn } from '../read-policy-file.ts'
import { parseStages } from '../stages.ts'
import { createWriter } from '../writer.ts'
import { aaText, type AaResult } from './aa-text.ts'
import { clusteredShare } from './clustered-share.ts'
import { type Block, deal, type Room, secondsFor } from './deal.ts'
import { servedAlone } from '../past/served-alone.ts'
import { type AaPlan, playBlock, type PlayedDraw } from './play-block.ts'
import { pretendReleases } from './pretend/releases.ts'
import { byPod, readBlock } from './read-block.ts'
import { readInParts } from './read-in-parts.ts'

export interface AaFlags extends PastFlags {
  readonly stages: string
  readonly minutes?: number
  readonly rollouts: number
}

interface AaSurroundings extends Surroundings {
  readonly env: Environment
  readonly now: number
}

/** Plays pretended rollouts on the last days of a service, and writes what the policy would do. */
export async function runAa(flags: AaFlags, surroundings: AaSurroundings): Promise<0> {
  const { output, errors, env, now } = surroundings
  const policy = await readPolicyAndWarn(flags.policy, { env, config: flags.config }, errors)
  const plan = planOf(policy, flags)
  const span = { from: (flags.until ?? now) - flags.since * 1000, to: flags.until ?? now }
  const past = await openPastService(policy, flags, env)
  const status = statusLine(errors)
  try {
    const dealt = await dealRollouts(past, span, plan, flags, status)
    const played = await playAll(dealt, plan, flags, surroundings, { past, status })
    status.clear()
    const result = resultOf(played, dealt.slots, plan, span, flags)
    const writer = createWriter(output)
    await writer.write(flags.json === true ? `${JSON.stringify(result)}\n` : aaText(result))
    return 0
  } finally {
    await past.close()
  }
}

function planOf(policy: Policy, { stages, minutes }: AaFlags): AaPlan {
  const weights = parseStages(stages)
  return { policy, weights, minutes: plannedMinutes(policy, weights.length, minutes) }
}

type DealtRollouts = ReturnType<typeof deal> & { readonly room: Room }

async function dealRollouts(
  past: PastService,
  span: Span,
  { policy, weights, minutes }: AaPlan,
  { rollouts, namespace, name }: AaFlags,
  status: StatusLine,
): Promise<DealtRollouts> {
  const episodes = await past.episodes(span, (done, of) =>
    status.show(`looking for versions: day ${done} of ${of}`),
  )
  const room = {
    history: policy.historySeconds,
    planned: minutes.reduce((sum, length) => sum + length, 0) * 60,
    hold: policy.hold.forSeconds,
    steps: weights.length,
  }
  const dealt = deal(servedAlone(episodes, past.named), rollouts, room)
  if (dealt.slots > 0) return { ...dealt, room }
  const versions = new Set(episodes.map(({ version }) => version)).size
  const hours = Math.round(secondsFor(room) / 360) / 10
  throw new AppError(
    'bad-request',
    `expected ${hours} hours in which one version of ${namespace}/${name} served alone, got none; versions seen: ${versions}`,
  )
}

interface PlayedAll {
  readonly draws: readonly PlayedDraw[]
  readonly skipped: number
  readonly left: ReadonlySet<string>
}

async function playAll(
  { blocks, room }: DealtRollouts,
  plan: AaPlan,
  { namespace, name, save, rollouts }: AaFlags,
  { engine }: AaSurroundings,
  { past, status }: { readonly past: PastService; readonly status: StatusLine },
): Promise<PlayedAll> {
  const saved = await openSavedRecordings(save)
  const draws: PlayedDraw[] = []
  const left = new Set<string>()
  let skipped = 0
  const releases = pretendReleases(plan.policy)
  const read = (block: Block) => {
    const done = draws.length + skipped
    status.show(`reading the data of rollouts ${done + 1} to ${done + block.rollouts.length}`)
    return readBlock(block, `${namespace}/${name}`, { past, saved })
  }
  const limit = { tooLong: Infinity }
  for (const whole of blocks) {
    for await (const part of readInParts(whole, room, read, limit)) {
      const { block, policy, left: without } = byPod(part.recording, plan.policy)
      for (const metric of without) left.add(metric)
      for await (const draw of playBlock(block, part.rollouts, { ...plan, policy }, releases, engine)) {
        if (draw === undefined) skipped += 1
        else draws.push(draw)
        status.show(`playing: rollout ${draws.length + skipped} of ${rollouts}`)
      }
    }
  }
  if (draws.length > 0) return { draws, skipped, left }
  throw new AppError(
    'bad-request',
    'expected two pods of stable at the same time, got fewer: one has to be the canary',
  )
}

function resultOf(
  { draws, skipped, left }: PlayedAll,
  slots: number,
  { policy, weights, minutes }: AaPlan,
  { from, to }: Span,
  { namespace, name }: AaFlags,
): AaResult {
  const most = slots * Math.max(Math.min(...draws.map(({ disjoint }) => disjoint)), 1)
  const healthy = (end: Played['end']) =>
    clusteredShare(
      draws.map(({ slot, pod, played }) => ({ hit: played[0]?.end === end, slot: String(slot), pod })),
      most,
    )
  return {
    namespace,
    name,
    policy: policy.name,
    digest: policyDigest(policy),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    weights,
    minutes,
    rollouts: draws.length,
    skipped,
    notJudged: [...left],
    healthy: { aborted: healthy('aborted'), promoted: healthy('promoted'), asked: healthy('asked') },
    releases: pretendReleases(policy).map((release, i) =>
      summarize(
        release,
        draws.flatMap(({ played }) => played[i] ?? []),
        weights.length,
      ),
    ),
  }
}
