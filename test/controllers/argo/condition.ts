import { follow } from '../json-path.ts'

export type Truth = { readonly holds: boolean } | { readonly error: string }

/**
 * The conditions that the templates use, `result[1] == "pass"` and `!=`, and no others: Argo's language is far larger,
 * and a condition guessed wrong would make every test of a rollout worthless.
 */
export function parseCondition(text: string): (result: unknown) => Truth {
  const [, path, operator, expected] = /^result((?:\[\d+\])*) (==|!=) "([^"\\]*)"$/.exec(text.trim()) ?? []
  if (path === undefined || expected === undefined)
    throw new Error(`expected a condition such as result[1] == "pass", got ${text}`)
  return (result) => {
    const value = follow(path, result)
    return 'error' in value ? value : { holds: (value.found === expected) === (operator === '==') }
  }
}
