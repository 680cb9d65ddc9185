import { readFile } from 'node:fs/promises'
import { policyToYaml } from '../../formats/policy/policy-to-yaml.ts'
import { readPolicy } from '../../app/reload/read-policy.ts'
import { basesOf } from '../read-policy-file.ts'
import { AppError } from '../../errors.ts'
import { ConfigError, type Environment } from '../../app/config/config.ts'
import { toIssueText } from '../../formats/mistakes/issue-text.ts'
import type { Streams } from '../command.ts'
import { askService, type Service, toServiceUrl } from './ask-service.ts'
import { check, checkCodes } from './check.ts'
import { type CheckFlags, toCheckRequest, toMilliseconds } from './check-request.ts'
import { messageOf } from '../message-of.ts'
import { plain } from '../plain.ts'
import { startPrivateService } from './private-service.ts'

export interface CheckSurroundings extends Pick<Streams, 'output' | 'errors'> {
  readonly env: Environment
}

/** Runs `check` with its flags and gives the exit code. Without a verdict it is never the code of a verdict. */
export function runCheck(flags: CheckFlags, surroundings: CheckSurroundings): Promise<number> {
  return withExitCode(surroundings, (signal) => checkWith(flags, surroundings, signal))
}

/** The exit code of the work, of a signal that ends it, or of an error, which is also shown. */
export async function withExitCode(
  surroundings: Pick<Streams, 'errors'>,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController()
  let signalCode: number | undefined
  const signals = [['SIGINT', 130] as const, ['SIGTERM', 143] as const, ['SIGHUP', 129] as const]
  const listeners = signals.map(([name, code]) => {
    const listener = (): void => {
      signalCode ??= code
      stop.abort()
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  // without a listener a closed pipe would end the process with the exit code of a fail
  surroundings.errors.on('error', () => undefined)
  try {
    return await work(stop.signal)
  } catch (error) {
    if (signalCode !== undefined) return signalCode
    for (const line of linesOf(error)) surroundings.errors.write(`canary-judge: ${plain(line)}\n`)
    return checkCodes.error
  } finally {
    for (const forget of listeners) forget()
  }
}

async function checkWith(
  flags: CheckFlags,
  { env, output, errors }: CheckSurroundings,
  signal: AbortSignal,
): Promise<number> {
  const { wait, json, prometheus } = flags
  const request = toCheckRequest(flags)
  const waitMs = wait === undefined ? {} : { waitMs: toMilliseconds('wait', wait) }
  const intervalMs = toMilliseconds('interval', flags.interval)
  const { service, policy, stop } = await serviceFor(flags, env)
  try {
    const asked = { ...request, ...(policy !== undefined && { policy }) }
    return await check({
      ask: (each) => askService(service, asked, each),
      ...waitMs,
      intervalMs,
      json: json === true,
      ...(prometheus === undefined && { serviceUrl: service.url }),
      output,
      errors,
      signal,
    })
  } finally {
    await stop()
  }
}

export type ServiceFlags = Pick<CheckFlags, 'url' | 'prometheus' | 'tokenFile' | 'token' | 'policy'>

interface Answering {
  readonly service: Service
  /** The name of the policy in the service, if a file was given. */
  readonly policy?: string
  readonly stop: () => Promise<void>
}

/** The service that the flags name, or a private one for as long as the command runs. */
export async function serviceFor(flags: ServiceFlags, env: Environment): Promise<Answering> {
  const { url, prometheus } = flags
  if ((url === undefined) === (prometheus === undefined)) {
    throw new AppError(
      'bad-request',
      'expected either --url of a service or --prometheus to judge without one',
    )
  }
  const token = await readToken(flags, env)
  const withToken = token !== undefined && { token }
  if (url !== undefined) {
    const service = { url: toServiceUrl('url', url), ...withToken }
    return { service, stop: () => Promise.resolve() }
  }
  const prometheusUrl = toServiceUrl('prometheus', prometheus ?? '')
  const file = await readOwnPolicy(flags.policy, env)
  const policyText = file !== undefined && { policyText: file.text }
  const service = await startPrivateService({ env, prometheusUrl, ...withToken, ...policyText })
  return { service, ...(file !== undefined && { policy: file.name }), stop: () => service.stop() }
}

/** From a file or the environment, because every user of the machine can read arguments. */
async function readToken({ token, tokenFile }: ServiceFlags, env: Environment): Promise<string | undefined> {
  if (token !== undefined) {
    throw new AppError(
      'bad-request',
      '--token: expected --token-file FILE, or CANARY_JUDGE_TOKEN in the environment',
    )
  }
  const text = tokenFile === undefined ? env['CANARY_JUDGE_TOKEN'] : await readText('token-file', tokenFile)
  const trimmed = text?.trim() ?? ''
  if (trimmed === '' && tokenFile === undefined) return undefined
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed
  const place = tokenFile === undefined ? 'CANARY_JUDGE_TOKEN' : '--token-file'
  throw new AppError('bad-request', `${place}: expected a token of printable ASCII without spaces`)
}

/** Reads the policy if it is a file; undefined = it is the name of a bundled policy. */
async function readOwnPolicy(
  policy: string | undefined,
  env: Environment,
): Promise<{ text: string; name: string } | undefined> {
  if (policy === undefined || !/[/\\]|\.(ya?ml|json)$/.test(policy)) return undefined
  const text = await readText('policy', policy)
  const { policy: whole } = readPolicy(text, policy, await basesOf(policy, text, { env }))
  return { text: policyToYaml(whole), name: whole.name }
}

async function readText(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new AppError('bad-request', `--${flag}: expected a readable file: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return [error.message, ...error.mistakes]
  if (error instanceof AppError)
    return error.issues.length < 2 ? [error.message] : error.issues.map(toIssueText)
  return [`internal error: ${messageOf(error)}`]
}
