import type { NewMessage, Step, VerdictStore } from '../../judge/ports/ports.ts'
import { checkId } from '../check-id.ts'
import type { Connection } from '../connection.ts'
import { present } from '../present.ts'
import type { StepRow } from '../schema/schema.ts'
import { announce } from './messages.ts'

type Steps = Pick<VerdictStore, 'saveStep' | 'listSteps'>

export const createSteps = (connection: Connection): Steps => ({
  saveStep: (step, messages) => saveStep(connection, step, messages),
  listSteps: (runId) => listSteps(connection, runId),
})

const saveStep = async (
  connection: Connection,
  step: Step,
  messages?: readonly NewMessage[],
): Promise<Step> => {
  checkId(step.runId, 'step.runId')
  const row = await announce(connection, {
    messages,
    change: (db) =>
      db
        .insertInto('steps')
        .values(toStepRow(step))
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'idx']).doUpdateSet((eb) => ({
            passed_at: eb.fn.coalesce('steps.passed_at', 'excluded.passed_at'),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow(),
  })
  return toStep(row)
}

const listSteps = async ({ db }: Connection, runId: string): Promise<readonly Step[]> => {
  const rows = await db.selectFrom('steps').selectAll().where('run_id', '=', runId).orderBy('idx').execute()
  return rows.map(toStep)
}

const toStep = (row: StepRow): Step => ({
  runId: row.run_id,
  index: row.idx,
  startedAt: row.started_at,
  endsAt: row.ends_at,
  ...present({ callerIndex: row.caller_index, weight: row.weight, next: row.next, passedAt: row.passed_at }),
})

const toStepRow = (step: Step): StepRow => ({
  run_id: step.runId,
  idx: step.index,
  caller_index: step.callerIndex ?? null,
  weight: step.weight ?? null,
  next: step.next ?? null,
  started_at: step.startedAt,
  ends_at: step.endsAt,
  passed_at: step.passedAt ?? null,
})
