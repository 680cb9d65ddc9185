import { type CommandModel, everyCommand, type OptionModel, optionsOf, placeOf } from './command-model.ts'

/** A script for zsh, to source or to put into a folder of $fpath as _canary-judge. */
export function zshScript(program: CommandModel): string {
  return `#compdef canary-judge
# canary-judge for zsh: source <(canary-judge completion zsh), after compinit
${everyCommand(program).map(functionOf).join('\n')}
if [ "$funcstack[1]" = _canary-judge ]; then
  ${nameOf(program)} "$@"
else
  compdef ${nameOf(program)} canary-judge
fi
`
}

const nameOf = (command: CommandModel): string => `_canary_judge_${placeOf(command).replaceAll('/', '_')}`

function functionOf(command: CommandModel): string {
  const options = optionsOf(command).map((option) => `    ${optionSpec(option)} \\\n`)
  const words = command.choices.length > 0 ? `    '1:word:(${command.choices.join(' ')})' \\\n` : ''
  const files = command.takesFiles ? "    '*:file:_files' \\\n" : ''
  if (command.commands.length === 0)
    return `${nameOf(command)}() {\n  _arguments \\\n${options.join('')}${words}${files}    && return 0\n}`
  const described = command.commands.map(
    ({ path, description }) => `      ${quoted(`${path.at(-1)}:${description}`)}`,
  )
  const calls = command.commands.map((each) => `        ${each.path.at(-1)}) ${nameOf(each)} ;;`)
  return `${nameOf(command)}() {
  local curcontext=$curcontext state line
  _arguments -C \\
${options.join('')}    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${described.join('\n')}
      )
      _describe command commands ;;
    rest)
      case $line[1] in
${calls.join('\n')}
      esac ;;
  esac
}`
}

function optionSpec({ name, description, value, choices, isFile }: OptionModel): string {
  const action = isFile ? '_files' : choices.length > 0 ? `(${choices.join(' ')})` : ''
  const rest = value === undefined ? '' : `:${value.replaceAll(':', ' ')}:${action}`
  return quoted(`*${name}[${description.replaceAll(/[[\]:]/g, String.raw`\$&`)}]${rest}`)
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
