import type { Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { AskError } from './ask-service.ts'
import { type CheckAnswer, checkText } from './check-answer.ts'
import { checkProgress } from './check-progress.ts'
import { plain, plainJson } from '../plain.ts'
import { createWriter } from '../writer.ts'

export interface CheckOptions {
  /** One look; rejects with AskError when nothing was judged. */
  readonly ask: (signal: AbortSignal) => Promise<CheckAnswer>
  /** How long to wait for a pass or a fail; undefined = one look. */
  readonly waitMs?: number
  readonly intervalMs: number
  readonly json: boolean
  /** The base URL of links; undefined = there is no service to follow them to. */
  readonly serviceUrl?: string
  readonly output: Writable
  readonly errors: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly signal: AbortSignal
}

export const checkCodes = { pass: 0, fail: 1, inconclusive: 2, error: 3 } as const

/** Asks for verdicts until a pass or a fail, or only once without `waitMs`, and gives the exit code. */
export async function check(options: CheckOptions): Promise<number> {
  const { output, errors, json, serviceUrl, waitMs } = options
  const last = await lastState(options)
  if ('failure' in last) {
    errors.write(`canary-judge: ${plain(last.failure.message)}\n`)
    return checkCodes.error
  }
  const { answer } = last
  await createWriter(output).write(json ? `${plainJson(answer)}\n` : checkText(answer, serviceUrl))
  if (waitMs !== undefined && answer.verdict === 'inconclusive') {
    errors.write('canary-judge: neither pass nor fail within the time to wait\n')
  }
  return checkCodes[answer.verdict]
}

type State = { readonly answer: CheckAnswer } | { readonly failure: AskError }

async function lastState({ ask, waitMs = 0, intervalMs, errors, signal }: CheckOptions): Promise<State> {
  const progress = checkProgress(errors, waitMs)
  const started = performance.now()
  const elapsedMs = (): number => performance.now() - started
  try {
    for (;;) {
      const state = await look(ask, signal)
      const leftMs = waitMs - elapsedMs()
      if (isFinal(state) || leftMs <= 0) return state
      const [kind, text] = news(state)
      progress.show(kind, text, elapsedMs())
      const wantedMs = 'failure' in state ? Math.max(intervalMs, state.failure.retryAfterMs) : intervalMs
      await pause(Math.min(wantedMs, leftMs), undefined, { signal })
    }
  } finally {
    progress.clear()
  }
}

async function look(ask: CheckOptions['ask'], signal: AbortSignal): Promise<State> {
  try {
    return { answer: await ask(signal) }
  } catch (error) {
    if (error instanceof AskError) return { failure: error }
    throw error
  }
}

const isFinal = (state: State): boolean =>
  'failure' in state ? !state.failure.passing : state.answer.verdict !== 'inconclusive'

function news(state: State): readonly [kind: string, text: string] {
  if ('failure' in state) return ['error', `error, asking again: ${state.failure.message}`]
  const { summary, reasons } = state.answer
  return [reasons.map(({ code }) => code).join(), summary]
}
