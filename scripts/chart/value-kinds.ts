import { z } from 'zod'

export const flag = z.boolean()
export const text = z.string()
export const count = z.int().min(1)
export const port = z.int().min(1).max(65_535)

const dnsName = '[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?'
/** The name of a Kubernetes object. */
export const name = z.string().regex(new RegExp(`^${dnsName}$`))
export const optionalName = z.string().regex(new RegExp(`^(${dnsName})?$`))

export const labels = z.record(z.string(), z.string())
export const annotations = labels

/** The chart writes this value unchanged into an object; the Kubernetes API checks it. */
export const kubernetes = z.looseObject({})
export const kubernetesList = z.array(kubernetes)
