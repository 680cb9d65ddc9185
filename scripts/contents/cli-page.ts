import { type CommandModel, everyCommand, type OptionModel } from '../../src/cli/completion/command-model.ts'

export interface CommandOnPage extends CommandModel {
  /** What the help has below the options. */
  readonly after: string
}

/** `docs/cli.md`: every command with its options, its exit codes and its examples. */
export function cliPage(program: CommandModel, afterOf: (path: readonly string[]) => string): string {
  const runnable = everyCommand(program).filter(
    ({ path, commands }) => path.length > 0 && commands.length === 0,
  )
  const pages = runnable.map((command) => ({ ...command, after: afterOf(command.path) }))
  return [
    '<!-- Written by `npm run docs:cli` from the commands themselves. -->',
    '# Commands',
    'From npm a command is `npx canary-judge …`, in the repository `npm run -s cli -- …`; [pipelines](pipelines.md#where-the-command-is) says where else it is. `canary-judge COMMAND --help` shows what stands here.',
    'Results go to standard output and are made for pipes: with `--json`, where a command has it, they are JSON. Messages for people and progress go to standard error; progress is shown on terminals only. Only `lint` writes colours, on a terminal where `NO_COLOR` is not set. Characters that control a terminal are replaced by `?`.',
    '## Exit codes',
    'A code means the same in each command: 0 yes, 1 no, 2 inconclusive, 3 an error, which is wrong usage, a file that cannot be read, or something that did not answer. A command that a signal ends has 128 more than its number, where it does not end with 0.',
    codesTable(pages),
    '## Completion',
    'For bash, `source <(canary-judge completion bash)` in `~/.bashrc`; for zsh the same with `zsh`, after `compinit`; for fish, `canary-judge completion fish | source` in `~/.config/fish/config.fish`.',
    ...pages.flatMap(commandSection),
  ].join('\n\n')
}

function codesTable(pages: readonly CommandOnPage[]): string {
  const rows = pages.map(({ path, after }) => {
    const codes = codesOf(after)
    return `| [\`${path.join(' ')}\`](#canary-judge-${path.join('-')}) | ${[0, 1, 2].map((code) => codes.get(code) ?? '–').join(' | ')} |`
  })
  return ['| command | 0 | 1 | 2 |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** The meaning of each exit code, as the help has it. */
export function codesOf(after: string): ReadonlyMap<number, string> {
  const [, line = ''] = /^Exit codes: (.*)\.$/m.exec(after) ?? []
  return new Map(
    line.split(/, (?=\d )/).map((part): [number, string] => [Number(part.slice(0, 1)), part.slice(2)]),
  )
}

export const examplesOf = (after: string): readonly string[] =>
  [...after.matchAll(/^ {2}(.*canary-judge.*)$/gm)].map(([, example = '']) => example)

function commandSection({ path, description, options, usage, after }: CommandOnPage): readonly string[] {
  const name = `canary-judge ${path.join(' ')}`
  return [
    `## ${name}`,
    `${description} Usage: \`${name}${usage === '' ? '' : ` ${usage}`}${options.length > 0 ? ' [options]' : ''}\``,
    ...(options.length > 0 ? [optionsTable(options)] : []),
    ['```sh', ...examplesOf(after), '```'].join('\n'),
  ]
}

function optionsTable(options: readonly OptionModel[]): string {
  const rows = options.map(({ name, value, description, isRequired, defaultValue, choices }) => {
    const written = `\`${name}${value === undefined ? '' : ` <${value}>`}\``
    const one = choices.length > 0 ? `: ${choices.map((choice) => `\`${choice}\``).join(', ')}` : ''
    const standard = defaultValue === undefined || defaultValue === '' ? '–' : `\`${defaultValue}\``
    return `| ${written} | ${escaped(description)}${one} | ${isRequired ? 'required' : standard} |`
  })
  return ['| option | meaning | default |', '| --- | --- | --- |', ...rows].join('\n')
}

const escaped = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;')
