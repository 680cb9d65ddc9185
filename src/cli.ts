#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chooseNode } from './cli/choose-node.ts'

// Nothing else is imported before the version is checked, because an old Node could not parse it.
const choice = chooseNode(process.versions.node, findBundledNode)
// Codes below it are answers.
const failed = 3
if (choice.kind === 'none') {
  console.error(choice.message)
  process.exitCode = failed
} else if (choice.kind === 'other') {
  runOn(choice.path)
} else {
  await run()
}

async function run(): Promise<void> {
  const [{ runCommandLine }, { analyze, outcomesBySlice }] = await Promise.all([
    import('./cli/command-line.ts'),
    import('./engine/index.ts'),
  ])
  const { version }: { version: string } = createRequire(import.meta.url)('../package.json')
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    engine: { outcomesBySlice, analyze },
    version,
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  })
}

function findBundledNode(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`)
  } catch {
    return undefined
  }
}

function runOn(node: string): void {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`canary-judge could not start ${node}: ${error.message}`)
    process.exitCode = failed
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : 15)
  })
}
