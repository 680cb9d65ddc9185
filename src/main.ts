#!/usr/bin/env node
const oldest = 24
const [major = '0'] = process.versions.node.split('.')

if (Number(major) < oldest) {
  console.error(
    `canary-judge needs Node ${oldest} or newer, this is ${process.versions.node}. ` +
      'After `npm ci` the right one is in node_modules/.bin: start with `npm start`, or use the container image.',
  )
  process.exit(1)
}

// imported only now, because an older Node fails when it loads this module
const { serve } = await import('./app/serve.ts')
await serve()
