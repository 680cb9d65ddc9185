/**
 * What the new release does to its own pods. All ratios are to stable: 1 = equal. Minutes count from the rollout's
 * start.
 */
export interface Effect {
  /** Ratio of the share of failed requests. */
  readonly errors?: number
  /** Ratio of every quantile of latency. */
  readonly latency?: number
  /** Ratio of the share of checkouts that become orders. */
  readonly conversion?: number
  readonly memory?: number
  /** Minute from which the four ratios hold; 0 unless given. */
  readonly fromMinute?: number
  /** This share of the canary's requests fails, from some minute on. */
  readonly crash?: { readonly failing: number; readonly fromMinute: number }
  /** Only this many canary pods have the problem. */
  readonly badPods?: { readonly pods: number; readonly errors: number; readonly latency: number }
  /** Memory and latency grow by these shares of their level each minute; after a while errors jump. */
  readonly leak?: {
    readonly memoryPerMinute: number
    readonly latencyPerMinute: number
    readonly errors: number
    readonly errorsFromMinute: number
  }
}

export const effects = {
  none: {},
  'errors-x1.5': { errors: 1.5 },
  'errors-x2': { errors: 2 },
  'errors-x3': { errors: 3 },
  'errors-x10': { errors: 10 },
  'errors-x2-late': { errors: 2, fromMinute: 20 },
  'latency-10': { latency: 1.1 },
  'latency-25': { latency: 1.25 },
  'latency-x2': { latency: 2 },
  crash: { crash: { failing: 0.9, fromMinute: 0 } },
  'bad-pod': { badPods: { pods: 1, errors: 10, latency: 1 } },
  leak: { leak: { memoryPerMinute: 0.015, latencyPerMinute: 0.01, errors: 3, errorsFromMinute: 20 } },
  'conversion-5': { conversion: 0.95 },
  'conversion-20': { conversion: 0.8 },
} as const satisfies Readonly<Record<string, Effect>>
