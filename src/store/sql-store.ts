import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { VerdictStore } from '../judge/ports/ports.ts'
import type { Connection } from './connection.ts'
import { createDecisions } from './tables/decisions.ts'
import { createGates } from './tables/gates.ts'
import { createMessages } from './tables/messages.ts'
import { createPolicies } from './tables/policies.ts'
import { prune } from './tables/prune.ts'
import { createRecordings } from './recordings/recordings.ts'
import { createRuns } from './tables/runs.ts'
import { createSharedKey } from './tables/shared-key.ts'
import { createSteps } from './tables/steps.ts'
import { isSchemaGone, isTransient, toStoreError } from './store-error.ts'
import { createVerdicts } from './tables/verdicts.ts'

export interface SqlStoreOptions {
  /** Brings the schema up to date. Each operation waits for it until it has succeeded once. */
  readonly prepare: () => Promise<void>
}

/** The store, on either database. */
export const createSqlStore = (connection: Connection, { prepare }: SqlStoreOptions): VerdictStore => {
  const calls = new Calls(once(prepare))
  const { openRun, findOpenRun, getRun, updateRun, listRuns } = createRuns(connection)
  const { saveStep, listSteps } = createSteps(connection)
  const { saveVerdict, getVerdict, listVerdicts, listOpenRuns, listEvidence } = createVerdicts(connection)
  const { saveDecision, listDecisions, bindDecisions } = createDecisions(connection)
  const { saveGateChange, listGateChanges } = createGates(connection)
  const { claimMessage, settleMessage } = createMessages(connection)
  const { savePolicy, loadPolicy } = createPolicies(connection)
  const { sharedKey } = createSharedKey(connection)
  const { digestRecording, saveRecording, loadRecording, loadPackedRecording } = createRecordings(connection)
  return {
    openRun: (run, messages) => calls.make(() => openRun(run, messages)),
    findOpenRun: (key) => calls.make(() => findOpenRun(key)),
    getRun: (id) => calls.make(() => getRun(id)),
    updateRun: (id, change, messages) => calls.make(() => updateRun(id, change, messages)),
    listRuns: (filter) => calls.make(() => listRuns(filter)),
    listOpenRuns: (limit) => calls.make(() => listOpenRuns(limit)),
    saveStep: (step, messages) => calls.make(() => saveStep(step, messages)),
    listSteps: (runId) => calls.make(() => listSteps(runId)),
    saveVerdict: (verdict, messages) => calls.make(() => saveVerdict(verdict, messages)),
    getVerdict: (id) => calls.make(() => getVerdict(id)),
    listVerdicts: (runId, page) => calls.make(() => listVerdicts(runId, page)),
    listEvidence: (runId, from) => calls.make(() => listEvidence(runId, from)),
    saveDecision: (decision, messages) => calls.make(() => saveDecision(decision, messages)),
    listDecisions: (of) => calls.make(() => listDecisions(of)),
    bindDecisions: (run) => calls.make(() => bindDecisions(run)),
    saveGateChange: (change) => calls.make(() => saveGateChange(change)),
    listGateChanges: (of) => calls.make(() => listGateChanges(of)),
    claimMessage: (target, moment) => calls.make(() => claimMessage(target, moment)),
    settleMessage: (id, outcome) => calls.make(() => settleMessage(id, outcome)),
    savePolicy: (digest, text) => calls.make(() => savePolicy(digest, text)),
    loadPolicy: (digest) => calls.make(() => loadPolicy(digest)),
    digestRecording,
    saveRecording: (runId, recording) => calls.make(() => saveRecording(runId, recording)),
    loadRecording: (digest) => calls.make(() => loadRecording(digest)),
    sharedKey: () => calls.make(() => sharedKey()),
    loadPackedRecording: (digest) => calls.make(() => loadPackedRecording(digest)),
    prune: (now, retention, signal) => calls.make(() => prune(connection, now, retention, signal)),
    ping: () => calls.make(() => ping(connection)),
    close: () => calls.close(() => connection.db.destroy()),
  }
}

/** A write that changes nothing; a read-only file or a standby server refuses it. */
const ping = async ({ db }: Connection): Promise<void> => {
  await db.transaction().execute(async (transaction) => {
    await sql`update canary_judge_migrations set version = version where version = 1`.execute(transaction)
    // rights are checked even where no row is concerned
    await sql`insert into verdicts select * from verdicts where 1 = 0`.execute(transaction)
    await sql`update runs set id = id where 1 = 0`.execute(transaction)
  })
}

const maxTries = 3

/**
 * What all operations share: they wait for the schema, repeat transient failures, reject with errors of one kind, and
 * end in order.
 */
class Calls {
  readonly #prepare: Once
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(prepare: Once) {
    this.#prepare = prepare
  }

  make<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new AppError('store-unavailable', 'the store is closed'))
    }
    const call = this.#attempt(operation)
    this.#underWay.add(call)
    return this.#finish(call)
  }

  async close(destroy: () => Promise<void>): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled(this.#underWay)
      await destroy()
    })()
    await this.#closing
  }

  async #finish<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } finally {
      this.#underWay.delete(call)
    }
  }

  async #attempt<T>(operation: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#prepare.run()
        return await operation()
      } catch (error) {
        if (isSchemaGone(error)) this.#prepare.forget()
        if (tries >= maxTries || !isTransient(error)) throw toStoreError(error)
      }
    }
  }
}

interface Once {
  run(): Promise<void>
  /** The next call runs the action again. */
  forget(): void
}

/** Runs the action once. Concurrent callers share one attempt; a failed attempt does not count. */
const once = (action: () => Promise<void>): Once => {
  let attempt: Promise<void> | undefined
  return {
    async run() {
      attempt ??= action()
      const mine = attempt
      try {
        await mine
      } catch (error) {
        if (attempt === mine) attempt = undefined
        throw error
      }
    },
    forget() {
      attempt = undefined
    },
  }
}
