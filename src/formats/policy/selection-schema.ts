import { z } from 'zod'

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a Prometheus label name')

const labels = z.record(labelName, z.string().max(1000))

/** Label names that replace label names; they go into queries unchanged. */
const renamed = z.record(
  labelName,
  z
    .string()
    .max(200)
    .regex(
      /^(?:[a-zA-Z_][a-zA-Z0-9_]*)?$/,
      'expected a Prometheus label name, or nothing where there is no such label',
    ),
)

const arm = (which: string): typeof labels =>
  labels
    .refine((matchers) => Object.keys(matchers).length > 0, 'expected at least one label')
    .meta({ description: `Labels that the ${which} series carry.`, minProperties: 1 })

const preset = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected the name of a preset, such as pods or istio')
  .meta({ description: 'Name of a preset: how a mesh, an ingress or plain pods tell the arms apart.' })

const where = z.exactOptional(
  labels.meta({
    description:
      'Labels that every series of both arms carries, such as the cluster where one source has several.',
  }),
)

/** The forms that a selection may have; an unknown key is compared with their keys. */
export const presetSelection = z.strictObject({
  preset,
  labels: z.exactOptional(
    renamed.meta({ description: 'Names of labels in place of those the preset expects.' }),
  ),
  where,
})

export const armSelection = z.strictObject({ canary: arm('canary'), stable: arm('stable'), where })

export const selectionSchema = z.union([preset, presetSelection, armSelection]).meta({
  description: 'How to find the series of each arm: a preset by name, or the labels of each arm.',
})
