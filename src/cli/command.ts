import type { Command } from 'commander'
import type { Readable, Writable } from 'node:stream'
import type { Engine } from './replay/replay-recording.ts'

export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable
  /** Messages for people. Progress is shown if it is a terminal. */
  readonly errors: Writable & { readonly isTTY?: boolean }
}

export interface Surroundings extends Streams {
  readonly engine: Engine
  readonly version: string
}

/** What a command gets in addition to its flags. */
export interface CommandContext extends Surroundings {
  /** Sets the exit code; without a call it is 0. */
  readonly done: (code: number) => void
}

/**
 * Adds one command to the command line. Its code is imported when it runs, so that no command loads the code of
 * another one.
 */
export type AddCommand = (program: Command, context: CommandContext) => void
