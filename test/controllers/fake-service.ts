import type { Call, ControllerRequest, NoReply, Reply } from './call.ts'

export interface FakeService {
  readonly call: Call
  readonly requests: readonly { readonly url: string; readonly request: ControllerRequest }[]
}

/** A service that answers each path from a script; the last answer of a path is repeated. */
export function createFakeService(
  script: Readonly<Record<string, readonly (Reply | NoReply)[]>>,
): FakeService {
  const requests: { url: string; request: ControllerRequest }[] = []
  const asked = new Map<string, number>()
  return {
    requests,
    call: (url, request) => {
      requests.push({ url, request })
      const path = new URL(url).pathname
      const answers = script[path] ?? []
      const turn = asked.get(path) ?? 0
      asked.set(path, turn + 1)
      const answer = answers[Math.min(turn, answers.length - 1)]
      if (answer === undefined) throw new Error(`the script has no answer for ${path}`)
      return Promise.resolve(answer)
    },
  }
}

/** An answer of canary-judge to Argo. */
export const argoReply = (verdict: 'pass' | 'fail' | 'inconclusive'): Reply => ({
  status: 200,
  body: JSON.stringify({ argo: [50, verdict, `${verdict}: by script`], verdict }),
})

export const status = (code: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: code,
  body,
  headers,
})

/** Repeats an answer. */
export const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value)
