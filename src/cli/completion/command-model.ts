import type { Argument, Command, Option } from 'commander'

/** A command as the scripts and the page of commands show it. */
export interface CommandModel {
  /** Its words, such as `ship start`; empty for the program. */
  readonly path: readonly string[]
  readonly description: string
  readonly options: readonly OptionModel[]
  readonly commands: readonly CommandModel[]
  /** Whether it takes names of files, beside its options. */
  readonly takesFiles: boolean
  /** Its arguments, such as `<files...>`. */
  readonly usage: string
  /** The words that its argument may be. */
  readonly choices: readonly string[]
}

export interface OptionModel {
  readonly name: string
  readonly description: string
  /** The name of its value; undefined where it takes none. */
  readonly value: string | undefined
  readonly choices: readonly string[]
  readonly isFile: boolean
  readonly isRequired: boolean
  readonly defaultValue: string | undefined
}

export function commandModel(command: Command, path: readonly string[] = []): CommandModel {
  return {
    path,
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden).map(optionModel),
    commands: command.commands.map((each) => commandModel(each, [...path, each.name()])),
    takesFiles: command.registeredArguments.some((each) => isAboutFiles(each.name())),
    usage: command.registeredArguments.map(usageOf).join(' '),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }
}

function usageOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  if (argument.argChoices !== undefined) return argument.argChoices.join('|')
  return argument.required ? `<${name}>` : `[${name}]`
}

function optionModel(option: Option): OptionModel {
  const { flags, long, description, argChoices = [], mandatory } = option
  const written: unknown = option.defaultValueDescription ?? option.defaultValue
  const value = /<([^<>]*)>/.exec(flags)?.[1]
  return {
    name: long ?? flags,
    description,
    value,
    choices: argChoices,
    isFile: value !== undefined && isAboutFiles(`${value} ${description}`),
    isRequired: mandatory && written === undefined,
    defaultValue: typeof written === 'string' || typeof written === 'number' ? String(written) : undefined,
  }
}

const isAboutFiles = (text: string): boolean => /\bfiles?\b|\bYAML\b/.test(text)

/** The command and all below it. */
export const everyCommand = (model: CommandModel): readonly CommandModel[] => [
  model,
  ...model.commands.flatMap(everyCommand),
]

/** The place of a command in the scripts: `root/ship/start`. */
export const placeOf = ({ path }: CommandModel): string => ['root', ...path].join('/')

/** Every option of a command, with those that all have. */
export const optionsOf = ({ options }: CommandModel): readonly OptionModel[] => [...options, help]

const help: OptionModel = {
  name: '--help',
  description: 'show the help',
  value: undefined,
  choices: [],
  isFile: false,
  isRequired: false,
  defaultValue: undefined,
}
