import { type CommandModel, everyCommand, optionsOf, placeOf } from './command-model.ts'

/** A script for fish 3.4 and later. */
export function fishScript(program: CommandModel): string {
  const all = everyCommand(program)
  return `# canary-judge for fish: canary-judge completion fish | source
function __canary_judge_at
    set -l place root
    for word in (commandline -opc)[2..-1]
        contains -- "$place/$word" ${all.slice(1).map(placeOf).join(' ')}; and set place "$place/$word"
    end
    test "$place" = "$argv[1]"
end
complete -c canary-judge -f
${all.flatMap(linesOf).join('\n')}
`
}

function linesOf(command: CommandModel): readonly string[] {
  const at = `complete -c canary-judge -n '__canary_judge_at ${placeOf(command)}'`
  return [
    ...command.commands.map(({ path, description }) => `${at} -a ${path.at(-1)} -d ${quoted(description)}`),
    ...(command.choices.length > 0 ? [`${at} -a '${command.choices.join(' ')}'`] : []),
    ...(command.takesFiles ? [`${at} -F`] : []),
    ...optionsOf(command).map(({ name, description, value, choices, isFile }) => {
      const values = isFile ? ' -r -F' : value === undefined ? '' : ` -x -a '${choices.join(' ')}'`
      return `${at} -l ${name.replace('--', '')}${values} -d ${quoted(description)}`
    }),
  ]
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
