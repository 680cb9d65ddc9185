import type { Diagnosis } from './ports/diagnosis.ts'
import type { DiagnoseRequest, MetricSource } from './ports/ports.ts'

export interface Probe extends Pick<DiagnoseRequest, 'policy' | 'params' | 'until' | 'minutes' | 'signal'> {
  readonly namespace: string
  readonly name: string
  /** The revisions of canary and stable. */
  readonly canary: string | undefined
  readonly stable: string | undefined
}

/** What a policy would get from a source for one workload; undefined where there is no source that can be asked. */
export async function probeSource(
  source: MetricSource | undefined,
  { namespace, name, canary, stable, ...request }: Probe,
): Promise<Diagnosis | undefined> {
  return source?.diagnose?.({
    ...request,
    run: {
      namespace,
      name,
      // some presets find the arms without a revision
      revision: canary ?? name,
      ...(stable !== undefined && { stableRevision: stable }),
    },
  })
}
