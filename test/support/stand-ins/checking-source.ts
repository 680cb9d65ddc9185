import type { Recording } from '../../../src/engine/model/recording.ts'
import { createSourceSet } from '../../../src/sources/source-set.ts'
import { silentLog } from '../../contract/rows.ts'
import { type FakeSource, fakeSource } from './fake-source.ts'
import { rolloutStart } from '../service/run-judge.ts'

/** A fake source that refuses the same policies as the real one, which refuses them before it asks a server. */
export function checkingSource(recording: Recording): FakeSource {
  const sources = { default: { url: 'http://127.0.0.1:1', timeoutMs: 100, headers: {} } }
  const real = createSourceSet({ sources, clock: { now: () => rolloutStart }, log: silentLog })
  return Object.assign(fakeSource(recording), { check: real.check?.bind(real), close: () => real.close() })
}
