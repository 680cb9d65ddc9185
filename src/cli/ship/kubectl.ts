import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { messageOf } from '../message-of.ts'
import type { Command } from './actions/to-command.ts'

/** kubectl failed or could not be started. */
export class KubectlError extends Error {
  /** Whether the call may succeed after the state is read again. */
  readonly passing: boolean

  constructor(message: string, passing: boolean) {
    super(message)
    this.name = 'KubectlError'
    this.passing = passing
  }
}

export type Kubectl = (command: Command, signal: AbortSignal) => Promise<string>

/** Runs kubectl with its own login; `flags` come before each command. Rejects with KubectlError. */
export function createKubectl(flags: readonly string[]): Kubectl {
  return async ({ args, input }, signal) => {
    const child = spawn('kubectl', [...flags, ...args], { stdio: 'pipe', signal })
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    // if kubectl ends before it has read its input, its output says why
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    try {
      const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
      if (code === 0) return out
      throw new KubectlError(`kubectl ${args[0]}: ${messageIn(err)}`, mayPass.test(err))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof KubectlError) throw error
      throw new KubectlError(`expected kubectl on the path: ${messageOf(error)}`, false)
    }
  }
}

/** The last line of kubectl's output has the error; earlier lines repeat it. */
const messageIn = (err: string): string =>
  err
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^error: /, '') ?? ''

/** Messages for a change by others in between, and for a server that does not answer at the moment. */
const mayPass = new RegExp(
  [
    String.raw`\((Conflict|AlreadyExists|Timeout|ServerTimeout|TooManyRequests|InternalError|ServiceUnavailable)\)`,
    'the object has been modified',
    'xpected replicas to be',
    'the server is currently unable',
    'was refused',
    'connect:',
    'timeout',
    'EOF',
  ].join('|'),
)
