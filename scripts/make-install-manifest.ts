import { writeFileSync } from 'node:fs'
import { goToolMissing } from '../test/support/parts/go-tools.ts'
import { installManifest } from './chart/install-manifest.ts'

const missing = goToolMissing('helm')
if (missing !== undefined) {
  console.error(`install-manifest: ${missing}`)
  process.exit(1)
}
writeFileSync(new URL('../charts/install.yaml', import.meta.url), installManifest())
console.log('charts/install.yaml')
