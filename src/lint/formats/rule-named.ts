import type { FileRule } from '../model/rule.ts'
import { allRules } from '../rules/rules.ts'

const byName: ReadonlyMap<string, FileRule> = new Map(allRules.map((rule) => [rule.name, rule]))

export const ruleNamed = (name: string): FileRule | undefined => byName.get(name)
