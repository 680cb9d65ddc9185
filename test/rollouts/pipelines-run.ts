import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { childEnvironment } from '../support/service/child-environment.ts'
import { annsToken, controllerToken, type Service } from '../whole-rollouts/service.ts'
import { startJudge } from './judge-for-manifests.ts'

export type Outcome = 'pass' | 'fail' | 'inconclusive'
export const exitCodes = { pass: 0, fail: 1, inconclusive: 2 } as const
export const outcomes: readonly Outcome[] = ['pass', 'fail', 'inconclusive']

const tracks = readFileSync('rollouts/pipelines/tracks.yaml', 'utf8')
const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))

/**
 * Starts the whole service with this verdict for each of these names. Its Prometheus is away, so every look is
 * inconclusive; for pass and fail a person decides.
 */
export async function startWith(
  outcome: Outcome,
  names: readonly string[],
): Promise<Service & { readonly url: string }> {
  const service = await startJudge({ tracks, variants: tracks.replace('name: tracks', 'name: variants') })
  const url = service.urls()[0] ?? ''
  if (outcome === 'inconclusive') return { ...service, url }
  for (const name of names) {
    const decision = outcome === 'pass' ? 'approve' : 'reject'
    const answer = await fetch(`${url}/v1/decisions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${annsToken}` },
      body: JSON.stringify({ namespace: 'shop', name, decision, reason: 'a test' }),
    })
    if (!answer.ok) throw new Error(`expected a decision to be taken, got ${await answer.text()}`)
  }
  return { ...service, url }
}

export interface Ran {
  readonly code: number
  readonly output: string
  /** The arguments of the calls to kubectl and aws. */
  readonly calls: readonly string[]
}

const call = 'echo "$(basename "$0") $*" >> "$CALLS"'
const programs = {
  'canary-judge': `exec '${process.execPath}' '${resolve('src/cli.ts')}' "$@"`,
  // Only this version of canary-judge can be installed.
  npx: `[ "$1" != --yes ] || shift\ncase "$1" in canary-judge|canary-judge@${version}) ;; *) exit 99;; esac\nshift\nexec canary-judge "$@"`,
  kubectl: `${call}\ncase "$*" in *jsonpath*) printf registry.example.org/web:1.0.1;; esac`,
  aws: `${call}\ncase "$*" in *create-deployment*) echo d-1;; esac`,
}

/** Runs a script in a folder of its own, with stand-ins for kubectl and aws, and with canary-judge from src. */
export async function runScript(script: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-pipeline-'))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const calls = join(folder, 'calls')
  writeFileSync(calls, '')
  writeFileSync(join(folder, 'token'), controllerToken)
  const environment = {
    ...childEnvironment,
    PATH: [folder, childEnvironment['PATH']].join(delimiter),
    CALLS: calls,
    CANARY_JUDGE_TOKEN: controllerToken,
    CANARY: '1.0.2',
    STABLE: '1.0.1',
    IMAGE: 'registry.example.org/web',
    ...env,
  }
  try {
    const { code, output } = await new Promise<{ readonly code: number; readonly output: string }>((done) => {
      const child = execFile(
        'sh',
        ['-euc', script],
        { cwd: folder, env: environment, timeout: 60_000 },
        (_, out, errors) => {
          done({ code: child.exitCode ?? -1, output: out + errors })
        },
      )
    })
    return { code, output, calls: readFileSync(calls, 'utf8').trim().split('\n') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The lines, changed so that they ask this service once. */
export const askingOnce = (script: string, url: string): string =>
  script
    .replaceAll(/--url \S+/g, `--url ${url}`)
    .replaceAll(/--token-file \S+/g, '--token-file token')
    .replaceAll(/--wait \S+/g, '--wait 1s')
