import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, type Environment, readConfig } from '../../../src/app/config/config.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

const put = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const fromYaml = async (yaml: string, env: Environment = {}) =>
  readConfig({ ...env, CANARY_JUDGE_CONFIG: await put('judge.yaml', yaml) })

const mistakesOf = async (reading: Promise<unknown>): Promise<readonly string[]> => {
  const error = await reading.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof ConfigError) return error.mistakes
  throw new Error('expected mistakes', { cause: error })
}

const afterPlace = (mistake: string): string => mistake.replace(/^.*column \d+: /, '')

const digest = hash('sha256', 'a-token-of-0123456789')

describe('readConfig() from the environment', () => {
  test('gives every default for an empty one, and warns of what that means', async () => {
    const { config, warnings, files } = await readConfig({})
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 8080,
      logLevel: 'info',
      database: { reveal: expect.any(Function) },
      trustProxy: false,
      sources: {},
      policies: {},
      tokens: [],
      allowAnonymous: false,
      notify: { targets: {}, routes: [{ targets: [] }], templates: {} },
      text: { reveal: expect.any(Function) },
      limits: {
        body: 65_536,
        recording: 4_194_304,
        largeRecording: 33_554_432,
        connections: 2000,
        connectionsPerAddress: 500,
        requestTimeoutMs: 30_000,
        answerMs: 8000,
        looks: 1000,
        readsPerMinute: 600,
        decisionsPerMinute: 60,
        failedLoginsPerMinute: 10,
      },
      retention: {
        runsOlderThanMs: 2_592_000_000,
        maxRuns: 10_000,
        recordingsOlderThanMs: 604_800_000,
        failedRecordingsOlderThanMs: 2_592_000_000,
        decisionsOlderThanMs: 31_536_000_000,
      },
      shutdown: { delayMs: 0, deadlineMs: 20_000 },
      reloadEveryMs: 10_000,
    })
    expect(config.database.reveal()).toBe('sqlite:./data/canary-judge.db')
    expect(files).toEqual([])
    expect(warnings).toEqual([
      'no tokens are configured: only this machine is served, and everything is allowed to it',
      'no Prometheus is configured: only recordings sent with a request can be judged',
    ])
  })

  test('takes every variable, and an empty one as not set', async () => {
    const { config, warnings } = await readConfig({
      PORT: '9000',
      HOST: ' ::1 ',
      LOG_LEVEL: 'debug',
      PROMETHEUS_URL: 'http://prometheus:9090/',
      DATABASE_URL: 'postgres://judge:secret@db/judge',
      CANARY_JUDGE_CONFIG: '',
      CANARY_JUDGE_TOKENS: 'a:judge+read:a-token-of-0123456789, b:decide:with:colons:0123456789,',
    })
    expect(config).toMatchObject({
      port: 9000,
      host: '::1',
      logLevel: 'debug',
      sources: { default: { url: 'http://prometheus:9090', headers: {}, timeoutMs: 6000 } },
      tokens: [
        { name: 'a', roles: ['judge', 'read'], sha256: digest },
        { name: 'b', roles: ['decide'], sha256: hash('sha256', 'with:colons:0123456789') },
      ],
    })
    expect(config.database.reveal()).toBe('postgres://judge:secret@db/judge')
    expect(warnings).toEqual([])
  })

  test('reports every mistake at once, with what was expected, and no secret', async () => {
    const mistakes = await mistakesOf(
      readConfig({
        PORT: '80a',
        HOST: 'a b',
        LOG_LEVEL: 'verbose',
        PROMETHEUS_URL: 'http://me:hunter2@prometheus',
        DATABASE_URL: 'mysql://me:hunter2@db',
        CANARY_JUDGE_TOKENS:
          'hunter2,a:boss:hunter2hunter2hunter2,b c:read:hunter2hunter2hunter2,d:read:hunter2,e:read:hunter2 hunter2 hunter2',
        CANARY_JUDGE_CONFIG: join(folder, 'none.yaml'),
      }),
    )
    expect(mistakes).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "80a"',
      'HOST: expected an address to listen on, got "a b"',
      'PROMETHEUS_URL: expected an http or https URL without user, query and fragment',
      'DATABASE_URL: expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE',
      'LOG_LEVEL: expected one of debug, info, warn, error, silent, got "verbose"',
      'CANARY_JUDGE_TOKENS[0]: expected name:role:token, got 1 of the 3 parts',
      'CANARY_JUDGE_TOKENS[1]: expected a role of judge, decide, read, large-recordings after the name',
      'CANARY_JUDGE_TOKENS[2]: expected a name of letters, digits, ".", "_" or "-"',
      'CANARY_JUDGE_TOKENS[3]: expected a token of at least 16 characters, got 7',
      'CANARY_JUDGE_TOKENS[4]: expected a token of printable ASCII without spaces',
      `CANARY_JUDGE_CONFIG: expected a readable file at ${folder}/none.yaml, got ENOENT`,
    ])
    expect(mistakes.join('\n')).not.toContain('hunter2')
    expect(await mistakesOf(readConfig({ PORT: '65536' }))).toHaveLength(1)
    const long = `x:read:${'x'.repeat(1025)}`
    expect(await mistakesOf(readConfig({ CANARY_JUDGE_TOKENS: long }))).toEqual([
      'CANARY_JUDGE_TOKENS[0]: expected a token of at most 1024 characters, got 1025',
    ])
  })

  test('warns of unknown CANARY_JUDGE_ variables, but not of those that Kubernetes makes from Services', async () => {
    const { warnings } = await readConfig({
      PROMETHEUS_URL: 'http://p',
      CANARY_JUDGE_TOKENS: 'a:judge:a-token-of-0123456789',
      CANARY_JUDGE_TOKEN: 'x',
      CANARY_JUDGE_SOMETHING: 'x',
      CANARY_JUDGE_SERVICE_HOST: '10.0.0.1',
      CANARY_JUDGE_SERVICE_PORT_HTTP: '80',
      CANARY_JUDGE_PORT: 'tcp://10.0.0.1:80',
      CANARY_JUDGE_PORT_80_TCP_ADDR: '10.0.0.1',
      CANARY_JUDGE_POSTGRESQL_SERVICE_HOST: '10.0.0.2',
      CANARY_JUDGE_POSTGRESQL_PORT_5432_TCP: 'tcp://10.0.0.2:5432',
      OTHER: 'x',
    })
    expect(warnings).toEqual([
      'CANARY_JUDGE_SOMETHING: unknown variable',
      'CANARY_JUDGE_TOKEN: unknown variable, did you mean CANARY_JUDGE_TOKENS?',
    ])
  })
})

describe('readConfig() from a file', () => {
  test('takes comments however long, and a file of nothing else as one that changes nothing', async () => {
    const comments = `${'#'.repeat(10_000)}\n---\n  # ${'- # '.repeat(10_000)}\n\n`
    expect(await fromYaml(comments)).toMatchObject({ config: { port: 8080 } })
    expect(await fromYaml(`--- # ${'# '.repeat(10_000)}\n...\n`)).toMatchObject({ config: { port: 8080 } })
    expect(await fromYaml(`${comments}port: 8081\n`)).toMatchObject({ config: { port: 8081 } })
  })

  test('takes everything, reads the files it names, and lists them for watching', async () => {
    await put('token', 'a-token-of-0123456789\n')
    await put('password', 'hunter2\n')
    const { config, files } = await fromYaml(
      `
host: 127.0.0.1
port: 0
logLevel: warn
database: {file: password}
publicUrl: https://judge.example.org/canary/
trustProxy: [loopback, 10.0.0.0/8, "::1"]
sources:
  default:
    url: http://mimir:8080/
    prefix: /prometheus/
    headers: {X-Scope-OrgID: shop, X-Key: {file: password}}
    auth: {basic: {username: me, password: {file: password}}}
    timeout: 2500ms
  other: {url: "https://other", auth: {bearer: abc}, tls: {serverName: x}}
policies: {directory: policies}
defaultPolicy: web
tokens:
  - {name: ci, roles: [judge], namespaces: [shop], file: token}
  - {name: ann, roles: [decide], sha256: ${digest.toUpperCase()}}
limits: {body: 128Ki, recording: 64Mi, readsPerMinute: 5, requestTimeout: 5s}
retention: {runs: 7d, maxRuns: 5}
shutdown: {delay: 5s, deadline: 1m}
reload: {every: 30s}
`.replace('database: {file: password}', 'database: "sqlite:x.db"'),
      { PORT: '7', PROMETHEUS_URL: 'http://from-env/path' },
    )
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7,
      logLevel: 'warn',
      publicUrl: 'https://judge.example.org/canary',
      trustProxy: ['loopback', '10.0.0.0/8', '::1'],
      policies: { directory: join(folder, 'policies'), default: 'web' },
      tokens: [
        { name: 'ci', roles: ['judge'], namespaces: ['shop'], sha256: digest },
        { name: 'ann', roles: ['decide'], sha256: digest },
      ],
      limits: { body: 131_072, recording: 67_108_864, readsPerMinute: 5, requestTimeoutMs: 5000 },
      retention: { runsOlderThanMs: 604_800_000, maxRuns: 5 },
      shutdown: { delayMs: 5000, deadlineMs: 60_000 },
      reloadEveryMs: 30_000,
    })
    const source = config.sources['default']
    expect(source).toMatchObject({ url: 'http://from-env/path/prometheus', timeoutMs: 2500 })
    expect(source?.headers['X-Key']?.reveal()).toBe('hunter2')
    expect(source?.auth?.kind === 'basic' && source.auth.password.reveal()).toBe('hunter2')
    expect(config.sources['other']).toMatchObject({ auth: { kind: 'bearer' }, tls: { serverName: 'x' } })
    expect(files.toSorted()).toEqual(
      ['judge.yaml', 'password', 'password', 'token'].map((name) => join(folder, name)),
    )
    // No way to print a configuration shows a secret.
    const printed = JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true })
    expect(printed).not.toMatch(/hunter2|x\.db/)
  })

  test('reports every mistake with line, column, key, expected and got, and the nearest known key', async () => {
    const mistakes = await mistakesOf(
      fromYaml(
        `prot: 80
port: "80"
sources:
  default:
    url: prometheus:9090
    timout: 5s
    headers: {"bad name": x}
tokens:
  - {name: ci, role: judge, sha256: ${digest}}
  - {name: x, roles: [jugde], sha256: hunter2}
  - {name: y, roles: [read]}
limits: {body: 1 GB}
shutdown: {delay: -5s}
publicUrl: ftp://x
`,
        { PORT: 'x' },
      ),
    )
    expect(mistakes.join('\n')).not.toContain('hunter2')
    expect(mistakes).toEqual([
      'PORT: expected a whole number from 0 to 65535, got "x"',
      'judge.yaml: line 2, column 7: port: expected a number, got "80"',
      'judge.yaml: line 14, column 12: publicUrl: expected an http or https URL, got "ftp://x"',
      'judge.yaml: line 5, column 10: sources.default.url: expected an http or https URL without user, query and fragment (see auth), got "prometheus:9090"',
      expect.stringMatching(
        /^judge\.yaml: line 7, column \d+: sources\.default\.headers.*: expected the name of a header/,
      ),
      'judge.yaml: line 6, column 5: sources.default.timout: unknown key "timout", did you mean timeout?',
      'judge.yaml: line 9, column 5: tokens[0].roles: expected a list, got nothing',
      'judge.yaml: line 9, column 16: tokens[0].role: unknown key "role", did you mean roles?',
      'judge.yaml: line 10, column 23: tokens[1].roles[0]: expected one of judge, decide, read, large-recordings, got "jugde", did you mean judge?',
      expect.stringMatching(/^judge\.yaml: line 10, column \d+: tokens\[1\]\.sha256: expected the SHA-256/),
      'judge.yaml: line 11, column 5: tokens[2]: expected either sha256 or file, got a map',
      expect.stringMatching(
        /^judge\.yaml: line 12, column 16: limits\.body: expected a number or a quantity/,
      ),
      expect.stringMatching(/^judge\.yaml: line 13, column 19: shutdown\.delay: expected a duration/),
      'judge.yaml: line 1, column 1: prot: unknown key "prot", did you mean port?',
    ])
  })

  test.each([
    ['true', 'trustProxy: expected false, the number of proxies, or a list of their addresses, got true'],
    ['11', 'trustProxy: expected at most 10, got 11'],
    ['[""]', 'trustProxy[0]: expected at least 1 character, got ""'],
  ])('says which values trustProxy takes, for %s', async (value, mistake) => {
    expect((await mistakesOf(fromYaml(`trustProxy: ${value}`))).map(afterPlace)).toEqual([mistake])
    expect((await fromYaml('trustProxy: false')).config.trustProxy).toBe(false)
  })

  test.each([
    ['host: 0.0.0.0', 'host: expected tokens to listen on "0.0.0.0", got none; set CANARY_JUDGE_TOKENS'],
    ['host: "::"', 'host: expected tokens to listen on "::", got none'],
    ['host: judge.local', 'host: expected tokens to listen on "judge.local", got none'],
  ])('refuses to listen elsewhere than on loopback without tokens, for %s', async (yaml, mistake) => {
    expect(await mistakesOf(fromYaml(yaml))).toEqual([expect.stringContaining(mistake)])
  })

  test.each([
    ['host: localhost', 'localhost'],
    ['host: 127.8.0.1', '127.8.0.1'],
    ['host: "::1"', '::1'],
    ['allowAnonymous: true', '0.0.0.0'],
    ['tokens: [{name: a, roles: [read], file: good}]', '0.0.0.0'],
    ['port: 1', '127.0.0.1'],
  ])('listens where it is safe, for %s', async (yaml, host) => {
    await put('good', 'a-token-of-0123456789')
    expect((await fromYaml(yaml)).config.host).toBe(host)
  })

  test.each(['test', 'changeme', 'test\n'])(
    'refuses the hash of %j, which anybody would try',
    async (word) => {
      const yaml = `tokens: [{name: a, roles: [read], sha256: ${hash('sha256', word)}}]`
      expect(await mistakesOf(fromYaml(yaml))).toEqual([
        'tokens: expected a secret token for "a", got a word that anybody would try',
      ])
    },
  )

  test('refuses the hash of its own example', async () => {
    const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
    const [example] = /(?<=sha256: ')[0-9a-f]{64}/.exec(page) ?? []
    const yaml = `tokens: [{name: a, roles: [read], sha256: '${example}'}]`
    expect(await mistakesOf(fromYaml(yaml))).toHaveLength(1)
  })

  test('reports mistakes in the files that it names', async () => {
    await put('empty', '\n')
    await put('short', 'hunter2')
    await put('no-pem', 'hunter2')
    const mistakes = await mistakesOf(
      fromYaml(`
database: {file: short}
trustProxy: [10.0.0.0/33, proxy.local, 10.0.0.1]
sources:
  a: {url: "http://a", auth: {bearer: {file: none}}, headers: {X: "a\\nb"}}
  b: {url: "http://b", tls: {ca: no-pem, cert: no-pem, key: no-pem}}
tokens:
  - {name: x, roles: [read], file: empty}
  - {name: x, roles: [read], file: short}
`),
    )
    expect(mistakes.toSorted()).toEqual([
      'database: expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE',
      `sources.a.auth.bearer.file: expected a readable file at ${folder}/none, got ENOENT`,
      'sources.a.headers.X: expected the value of a header, got control or other special characters',
      'sources.b.tls.ca: expected a certificate in PEM, got something else',
      'sources.b.tls.cert: expected a certificate in PEM, got something else',
      'sources.b.tls.key: expected a private key in PEM, got something else',
      `tokens: expected each name once, got "x" again`,
      `tokens[0].file: expected text in ${folder}/empty, got an empty file`,
      'tokens[1].file: expected a token of at least 16 characters, got 7',
      'trustProxy[0]: expected an address, a range such as 10.0.0.0/8, or one of loopback, linklocal, uniquelocal',
      'trustProxy[1]: expected an address, a range such as 10.0.0.0/8, or one of loopback, linklocal, uniquelocal',
    ])
  })

  test.each([
    ['', 8080],
    ['# nothing\n---\n', 8080],
    ['port: 1', 1],
    ['{"port": 2}', 2],
  ])('takes %j', async (yaml, port) => {
    expect((await fromYaml(yaml)).config.port).toBe(port)
  })

  test.each([
    ['a: [', 'judge.yaml: '],
    ['port: 1\nport: 2', 'judge.yaml: line 2, column 1: expected each key once, got "port" again'],
    ['host: |hunter2\n  x', 'judge.yaml: line 1'],
    ['host: !hunter2 x', 'judge.yaml: line 1'],
    ['token: "\\hunter2"', 'judge.yaml: line 1'],
    ['@hunter2', 'judge.yaml: '],
    ['- 1', 'judge.yaml: line 1, column 1: expected a map, got a list of 1'],
    [
      'password: *hunter2',
      'judge.yaml: line 1, column 11: expected valid YAML here (is the value in quotes?)',
    ],
    ['sources: {x: {url: "http://x", auth: {bearer: 5, basic: hunter2}}}', 'judge.yaml: line 1'],
    ['sources: {x: {url: "http://me:hunter2@x"}}', 'judge.yaml: line 1'],
    ['database: mysql://hunter2', 'database: expected sqlite:PATH'],
    ['database: [hunter2]', 'judge.yaml: line 1'],
    ['"__proto__": {port: 1}', 'judge.yaml: line 1'],
  ])('refuses %j and never shows a secret', async (yaml, start) => {
    const mistakes = await mistakesOf(fromYaml(yaml))
    expect(mistakes.join('\n')).toMatch(new RegExp(`^${start.replaceAll(/[()[\]?.]/g, String.raw`\$&`)}`))
    expect(mistakes.join('\n')).not.toContain('hunter2')
  })

  test('takes client certificates, and refuses a key of another one', async () => {
    for (const name of ['one', 'two']) {
      const files = `-keyout ${name}.key -out ${name}.crt`
      const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x ${files}`
      execFileSync('openssl', request.split(' '), { cwd: folder, stdio: 'ignore' })
    }
    const yaml = (key: string) =>
      `sources: {x: {url: "https://x", tls: {ca: one.crt, cert: one.crt, key: ${key}}}}`
    const { config } = await fromYaml(yaml('one.key'))
    expect(config.sources['x']?.tls?.ca).toMatch(/^-----BEGIN CERTIFICATE/)
    expect(config.sources['x']?.tls?.key?.reveal()).toMatch(/^-----BEGIN PRIVATE KEY/)
    expect(await mistakesOf(fromYaml(yaml('two.key')))).toEqual([
      'sources.x.tls.key: expected the private key of cert, got another one',
    ])
    expect(await mistakesOf(fromYaml('sources: {x: {url: "https://x", tls: {cert: one.crt}}}'))).toEqual([
      'judge.yaml: line 1, column 38: sources.x.tls: expected cert and key together, got a map',
    ])
  })
})
