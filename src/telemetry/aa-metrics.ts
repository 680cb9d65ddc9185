import { Gauge, type Registry } from 'prom-client'
import type { PolicyLibrary } from '../judge/ports/ports.ts'

const labels = ['policy', 'rollout_namespace', 'rollout'] as const

/** How often each policy was wrong on the past of a service, from the results beside the policies. */
export function createAaMetrics(registers: Registry[]) {
  let policies: Pick<PolicyLibrary, 'list'> = { list: () => [] }
  const results = () =>
    policies
      .list()
      .flatMap(({ aa }) => aa)
      .map((result) => ({
        result,
        of: { policy: result.policy, rollout_namespace: result.namespace, rollout: result.name },
      }))
  const aaShare = new Gauge({
    name: 'canary_judge_aa_share',
    help: 'Share of pretended healthy rollouts that were aborted, promoted, or left to a person',
    labelNames: [...labels, 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const { result, of } of results())
        for (const outcome of ['aborted', 'promoted', 'asked'] as const)
          this.set({ ...of, outcome }, result.healthy[outcome].share)
    },
  })
  const aaFound = new Gauge({
    name: 'canary_judge_aa_found_share',
    help: 'Share of pretended harmful rollouts that did not get through',
    labelNames: [...labels, 'release'],
    registers,
    collect() {
      this.reset()
      for (const { result, of } of results())
        for (const { release, shownBy, promoted } of result.releases)
          if (shownBy !== undefined) this.set({ ...of, release }, 1 - promoted)
    },
  })
  return {
    aaGauges: [aaShare, aaFound],
    watchPolicies(library: Pick<PolicyLibrary, 'list'>): void {
      policies = library
    },
  }
}
