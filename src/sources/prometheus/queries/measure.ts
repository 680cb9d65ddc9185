import type { Selector } from './selector.ts'

/** What a query measures, as far as a policy can say it; its value is `factor` times the measure. */
export type QueryShape = Measure & { readonly factor: number }

export type Measure =
  /** The share of one counter in another one; `isRest`: what is left of 1 without it. */
  | { readonly kind: 'share'; readonly part: Selector; readonly whole: Selector; readonly isRest: boolean }
  | { readonly kind: 'quantile'; readonly quantile: number; readonly histogram: Selector }
  /** Events a second of an arm. */
  | { readonly kind: 'rate'; readonly counter: Selector }
  /** A level of each pod, and how the query puts the pods together. */
  | { readonly kind: 'level'; readonly query: string; readonly across: string | undefined }
  | { readonly kind: 'other'; readonly why: string }
