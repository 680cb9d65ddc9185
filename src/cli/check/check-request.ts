import { AppError } from '../../errors.ts'
import { parseDuration } from '../../formats/policy/amounts.ts'

/** The flags as commander gives them. */
export interface CheckFlags {
  readonly url?: string
  readonly prometheus?: string
  readonly tokenFile?: string
  readonly token?: string
  readonly policy?: string
  readonly namespace: string
  readonly name: string
  readonly canary: string
  readonly stable: string
  readonly step?: string
  readonly weight?: string
  readonly next?: string
  readonly minutes?: string
  readonly start?: string
  readonly param?: readonly string[]
  readonly wait?: string
  readonly interval: string
  readonly json?: true
}

/** The body of `POST /v1/judge`. */
export interface CheckRequest {
  readonly namespace: string
  readonly name: string
  readonly canary: { readonly revision: string }
  readonly stable: { readonly revision: string }
  readonly policy?: string
  readonly params?: Readonly<Record<string, string>>
  readonly step?: Readonly<Record<string, number>>
  readonly start?: string
  readonly labels?: Readonly<Record<string, string>>
  /** A pipeline's looks are a rollout of their own. */
  readonly keep: true
}

/** The request of the flags; the service checks the values. */
export function toCheckRequest(flags: CheckFlags): CheckRequest {
  const { namespace, name, canary, stable, policy, start } = flags
  const step = stepOf(flags)
  const params = paramsOf(flags.param ?? [])
  return {
    namespace,
    name,
    canary: { revision: canary },
    stable: { revision: stable },
    ...(policy !== undefined && policy !== '' && { policy }),
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(step !== undefined && { step }),
    ...(start !== undefined && { start }),
    keep: true,
  }
}

/** Milliseconds of `--wait` and `--interval`. */
export function toMilliseconds(flag: string, written: string): number {
  const seconds = parseDuration(written)
  if (seconds !== undefined && seconds > 0 && seconds <= 7 * 86_400) return seconds * 1000
  throw wrong(flag, 'a duration such as 30s or 15m', written)
}

function stepOf({ step, weight, next, minutes }: CheckFlags): CheckRequest['step'] {
  const more = { weight, next, minutes }
  if (step === undefined) {
    const orphan = Object.entries(more).find(([, value]) => value !== undefined)
    if (orphan !== undefined) throw new AppError('bad-request', `--${orphan[0]}: expected --step beside it`)
    return undefined
  }
  const [, index, of] = /^([1-9]\d{0,2})(?:\/([1-9]\d{0,2}))?$/.exec(step) ?? []
  if (index === undefined || Number(index) > Number(of ?? index)) {
    throw wrong('step', 'which step of how many, such as 1/3', step)
  }
  const numbers = Object.entries(more).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, toNumber(key, value)] as const],
  )
  return {
    index: Number(index) - 1,
    ...(of !== undefined && { of: Number(of) }),
    ...Object.fromEntries(numbers),
  }
}

function toNumber(flag: string, written: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(written)) return Number(written)
  throw wrong(flag, 'a number', written)
}

const paramsOf = (written: readonly string[]): readonly (readonly [string, string])[] =>
  written.map((pair) => {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(pair) ?? []
    if (key === undefined || value === undefined) throw wrong('param', 'a pair such as service=web', pair)
    return [key, value] as const
  })

const wrong = (flag: string, expected: string, got: string): AppError =>
  new AppError('bad-request', `--${flag}: expected ${expected}, got "${got.slice(0, 60)}"`)
