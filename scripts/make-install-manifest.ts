import { writeFileSync } from 'node:fs'
import { installManifest } from './chart/install-manifest.ts'

writeFileSync(new URL('../charts/install.yaml', import.meta.url), installManifest())
console.log('charts/install.yaml')
