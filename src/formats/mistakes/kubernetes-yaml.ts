import type { ScalarTag, Tags } from 'yaml'

/**
 * How to read an object of Kubernetes. `kubectl` and the API take a plain `no`, `off` or `n` for false and 010 for
 * eight, as YAML 1.1 has it, and read everything else as YAML 1.2, which has no times such as 1:30.
 */
export const kubernetesValues = {
  customTags: (tags: Tags): Tags => [switches, octal, ...tags],
  merge: true,
} as const

/** Whether a document is an object of Kubernetes, as far as its text shows before it is parsed. */
export const isOfKubernetes = (text: string): boolean => /^\{? {0,8}["']?apiVersion["']? {0,8}:/m.test(text)

const switches: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on)/i.test(text),
}

const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
}
