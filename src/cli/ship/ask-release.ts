import { AskError } from '../check/ask-service.ts'
import type { CheckAnswer } from '../check/check-answer.ts'
import { check, type CheckOptions } from '../check/check.ts'
import { toMilliseconds } from '../check/check-request.ts'
import { askJudge, type JudgeOptions } from './ask-judge.ts'
import { type DriveOptions, isSameMoment } from './drive.ts'
import { KubectlError } from './kubectl.ts'
import type { Releases } from './releases.ts'
import type { Release } from './release.ts'

interface AskOptions extends JudgeOptions, Pick<CheckOptions, 'output' | 'errors'> {
  readonly releases: Releases
}

class ReleaseMoved extends Error {}

/** Asks for verdicts as `check --wait` does, while the release stays at its stage. */
export function askRelease(options: AskOptions): DriveOptions['judge'] {
  const { flags, service, releases, output, errors } = options
  const waitMs = toMilliseconds('wait', flags.wait ?? '1h')
  const intervalMs = toMilliseconds('interval', flags.interval ?? '30s')
  return async (release, signal) => {
    let last: CheckAnswer | undefined
    const ask = async (each: AbortSignal): Promise<CheckAnswer> => {
      await expectUnmoved(releases, release, each)
      last = await askJudge(options, release, each)
      return last
    }
    try {
      const link = flags.prometheus === undefined && { serviceUrl: service.url }
      const code = await check({ ask, waitMs, intervalMs, json: false, ...link, output, errors, signal })
      return { code, summary: last?.summary ?? '' }
    } catch (error) {
      if (error instanceof ReleaseMoved) return undefined
      throw error
    }
  }
}

async function expectUnmoved(releases: Releases, release: Release, signal: AbortSignal): Promise<void> {
  try {
    const { release: current } = await releases.read(signal)
    if (!isSameMoment(current, release)) throw new ReleaseMoved()
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    throw new AskError(error.message, { passing: error.passing, cause: error })
  }
}
