import { decisionToJson } from '../../judge/model/decision-to-json.ts'
import type { Decision, Run, RunFilter, VerdictStore } from '../../judge/ports/ports.ts'
import { lookToJson, runToJson, stepToJson } from './to-json.ts'

/** A run with what an auditor asks about it. */
export interface ExportedRun {
  readonly run: Run
  readonly decisions: readonly Decision[]
  readonly latest: { readonly verdict: string; readonly summary: string } | undefined
}

const pageSize = 100

/** The runs that the filter finds, newest first, at most `most`; page by page, so that few are in memory. */
async function* runsOf(
  store: VerdictStore,
  filter: Omit<RunFilter, 'limit'>,
  most: number,
): AsyncGenerator<Run> {
  let after: string | undefined
  for (let left = most; left > 0; left -= pageSize) {
    const limit = Math.min(pageSize, left)
    const page = await store.listRuns({ ...filter, limit, ...(after !== undefined && { after }) })
    yield* page.items
    after = page.next
    if (after === undefined) return
  }
}

const decisionsOf = (store: VerdictStore, { id, namespace, name }: Run): Promise<readonly Decision[]> =>
  store.listDecisions({ namespace, name, runId: id }).then((all) => all.filter(({ runId }) => runId === id))

/** A head, and a row for each run. Lines end as RFC 4180 has it. */
export async function* csvOf(
  store: VerdictStore,
  filter: Omit<RunFilter, 'limit'>,
  most: number,
): AsyncGenerator<string> {
  yield `${Object.keys(columns).join(',')}\r\n`
  for await (const run of runsOf(store, filter, most)) {
    const [decisions, { items }] = await Promise.all([
      decisionsOf(store, run),
      store.listVerdicts(run.id, { limit: 1 }),
    ])
    const cells = Object.values(columns).map((cell) => cell({ run, decisions, latest: items[0] }))
    yield `${cells.map(csvCell).join(',')}\r\n`
  }
}

/** Verdicts of one run that an export names, newest first. */
const listedVerdicts = 200

/** One JSON object a line. */
export async function* jsonLinesOf(
  store: VerdictStore,
  filter: Omit<RunFilter, 'limit'>,
  most: number,
): AsyncGenerator<string> {
  for await (const run of runsOf(store, filter, most)) {
    const [steps, decisions, verdicts] = await Promise.all([
      store.listSteps(run.id),
      decisionsOf(store, run),
      store.listVerdicts(run.id, { limit: listedVerdicts }),
    ])
    const line = {
      run: runToJson(run),
      steps: steps.map(stepToJson),
      decisions: decisions.map(decisionToJson),
      verdicts: verdicts.items.map(lookToJson),
    }
    yield `${JSON.stringify(line)}\n`
  }
}

const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

const columns: Readonly<Record<string, (row: ExportedRun) => string | undefined>> = {
  run: ({ run }) => run.id,
  caller: ({ run }) => run.source,
  namespace: ({ run }) => run.namespace,
  name: ({ run }) => run.name,
  revision: ({ run }) => run.revision,
  stable_revision: ({ run }) => run.stableRevision,
  image: ({ run }) => run.labels?.['image'],
  commit: ({ run }) => run.labels?.['commit'],
  labels: ({ run }) => run.labels && JSON.stringify(run.labels),
  policy: ({ run }) => run.policy,
  policy_digest: ({ run }) => run.policyDigest,
  start: ({ run }) => time(run.start),
  closed: ({ run }) => time(run.closedAt),
  ending: ({ run }) => run.ending,
  first_fail: ({ run }) => time(run.firstFailAt),
  verdict: ({ latest }) => latest?.verdict,
  summary: ({ latest }) => latest?.summary,
  decisions: ({ decisions }) =>
    decisions.map(({ at, kind, by, reason }) => `${time(at)} ${kind} by ${by}: ${reason}`).join('; '),
}

/**
 * A cell in quotes. One that a spreadsheet would take for a formula begins with an apostrophe, as
 * https://owasp.org/www-community/attacks/CSV_Injection advises.
 */
function csvCell(value = ''): string {
  const text = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value
  return /[",\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
