import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  context,
  type ContextManager,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../src/sources/prometheus/client/client.ts'
import { minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

interface Ended {
  readonly name: string
  readonly parent: string | undefined
  readonly attributes: object
  readonly failed: boolean
}

/** Replaces the SDK of a user, and remembers every span that ended, the innermost first. */
function rememberSpans(): readonly Ended[] {
  const ended: Ended[] = []
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, thisArg, ...args) => storage.run(active, () => Reflect.apply(work, thisArg, args)),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  const names = new WeakMap<Span, string>()
  const start = (name: string, options: SpanOptions): Span => {
    const above = trace.getSpan(context.active())
    const parent = above && names.get(above)
    let failed = false
    const none = trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 })
    const span: Span = Object.assign(Object.create(none), {
      setStatus: () => {
        failed = true
        return span
      },
      end: () => ended.push({ name, parent, attributes: options.attributes ?? {}, failed }),
    })
    names.set(span, name)
    return span
  }
  const tracer: Tracer = {
    startSpan: (name, options = {}) => start(name, options),
    startActiveSpan(name: string, options: unknown, ...rest: readonly unknown[]) {
      const span = start(name, typeof options === 'object' && options !== null ? options : {})
      const work = rest.at(-1)
      if (typeof work !== 'function') throw new Error('expected work to do')
      return context.with(trace.setSpan(context.active(), span), () => Reflect.apply(work, undefined, [span]))
    },
  }
  context.setGlobalContextManager(manager)
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  return ended
}

afterEach(() => {
  trace.disable()
  context.disable()
})

test('a look is a span, with spans inside it for what takes its time', async () => {
  const ended = rememberSpans()
  await using judge = await runJudge()
  judge.clock.ms = rolloutStart + 5 * minute
  await judge.judge()
  expect(ended.map(({ name, parent }) => [name, parent])).toEqual([
    ['find run', 'look'],
    ['fetch', 'look'],
    ['analyze', 'look'],
    ['keep', 'look'],
    ['look', undefined],
  ])
  expect(ended.at(-1)).toMatchObject({
    attributes: { caller: 'judge', namespace: 'shop', name: 'web' },
    failed: false,
  })
})

test('the span of a look that is refused has failed', async () => {
  const ended = rememberSpans()
  await using judge = await runJudge()
  expect((await judge.judge({ policy: 'unknown' })).status).toBe(422)
  expect(ended.at(-1)).toMatchObject({ name: 'look', failed: true })
})

test('each query to a Prometheus is a span', async () => {
  const ended = rememberSpans()
  const settings = { url: 'http://127.0.0.1:1', headers: {}, timeoutMs: 1000 }
  const client = createClient({ settings, attempts: 1 })
  const { signal } = new AbortController()
  await expect(client.instant('up', undefined, signal)).rejects.toThrow()
  await expect(client.range('sum(up)', { start: 0, end: 60, stepSeconds: 60 }, signal)).rejects.toThrow()
  client.close()
  const query = (text: string) => ({ name: 'query', attributes: { 'db.query.text': text }, failed: true })
  expect(ended).toMatchObject([query('up'), query('sum(up)')])
})
