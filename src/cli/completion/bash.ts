import { type CommandModel, everyCommand, optionsOf, placeOf } from './command-model.ts'

/** A script for bash 4 and later. */
export function bashScript(program: CommandModel): string {
  const all = everyCommand(program)
  const places = all.slice(1).map(placeOf)
  return `# canary-judge for bash: source <(canary-judge completion bash)
_canary_judge() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} place=root words= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place/$word" in
      ${places.join(' | ')}) place=$place/$word ;;
    esac
  done
  case "$place $prev" in
${all.flatMap(valueCases).join('\n')}
  esac
  case "$place" in
${all.map(wordsCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _canary_judge canary-judge
`
}

const files = `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return`

function valueCases(command: CommandModel): readonly string[] {
  return optionsOf(command)
    .filter(({ value }) => value !== undefined)
    .map(({ name, choices, isFile }) => {
      const words = `mapfile -t COMPREPLY < <(compgen -W '${choices.join(' ')}' -- "$cur"); return`
      const action = isFile ? files : choices.length > 0 ? words : 'return'
      return `    '${placeOf(command)} ${name}') ${action} ;;`
    })
}

function wordsCase(command: CommandModel): string {
  const words = [
    ...command.commands.map(({ path }) => path.at(-1)),
    ...command.choices,
    ...optionsOf(command).map(({ name }) => name),
  ]
  const ofFiles = command.takesFiles ? ` [[ $cur == -* ]] || { ${files}; };` : ''
  return `    ${placeOf(command)})${ofFiles} words='${words.join(' ')}' ;;`
}
